// Encrypts what an exporter writes, on its way to the file of the client.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <thread>

#include <strongroom/age/recipient.h>
#include <strongroom/base/result.h>

#include "daemon/platform/descriptor.h"
#include "daemon/platform/output_stream.h"

namespace strongroom::exports {

// A pipe whose other end becomes an age file. Destroying it before end() leaves the file incomplete.
class SealedOutput {
 public:
  // `output` is borrowed. `stopped` is asked now and then, on another thread. Errors: invalid_argument, storage_failed.
  static Result<std::unique_ptr<SealedOutput>> begin(std::span<const age::Recipient> recipients, int output,
                                                     platform::OutputKind kind, std::function<bool()> stopped);
  SealedOutput(const SealedOutput&) = delete;
  SealedOutput& operator=(const SealedOutput&) = delete;
  ~SealedOutput();

  // Where the plain bytes go.
  int descriptor() const noexcept { return inlet_.get(); }

  // All was written to descriptor(), and everybody else has closed it. Errors: storage_full, storage_failed, cancelled.
  Status end();

  // What has gone wrong so far: why an exporter found the pipe closed.
  Status problem() const;

 private:
  SealedOutput(int output, platform::OutputKind kind, std::function<bool()> stopped)
      : output_(output), kind_(kind), stopped_(std::move(stopped)) {}

  void run(std::vector<age::Recipient> recipients);
  Status seal(std::span<const age::Recipient> recipients);

  bool given_up() const { return abandoned_ || stopped_(); }

  const int output_;
  const platform::OutputKind kind_;
  const std::function<bool()> stopped_;
  platform::Descriptor inlet_;
  platform::Descriptor outlet_;
  std::thread thread_;
  std::atomic<bool> abandoned_ = false;
  std::atomic<bool> ended_ = false;
  Status outcome_;  // when ended_
};

}  // namespace strongroom::exports
