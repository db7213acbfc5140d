// The file that an exporter writes into, as the plugin sees it: a sink.
#pragma once

#include <strongroom/abi/bytes.h>
#include <strongroom/base/bytes.h>

#include "daemon/platform/descriptor.h"
#include "daemon/runner/answers.h"

namespace strongroom::runner {

class OutputFile {
 public:
  OutputFile(platform::Descriptor file, Answers& answers);

  const sr_byte_sink& sink() const noexcept { return sink_; }

 private:
  static sr_status take(void* context, sr_bytes piece);
  sr_status write(BytesView bytes);
  bool wait_for_room();

  platform::Descriptor file_;
  Answers& answers_;
  sr_byte_sink sink_;
  bool may_block_;  // a pipe: whoever reads it may pause for as long as they like
};

}  // namespace strongroom::runner
