#include "daemon/runner/answers.h"

#include <unistd.h>

#include <chrono>

#include <strongroom/plugin/guard.h>

namespace strongroom::runner {
namespace {

constexpr std::chrono::seconds k_patience(60);
constexpr std::chrono::seconds k_beat(1);
constexpr int k_most_lines = 1000;

void take_log(void* context, std::uint32_t level, sr_bytes line) {
  static_cast<Answers*>(context)->log(level, as_text(plugin::from_abi(line)));
}

}  // namespace

Answers::Answers(plugin_seam::Channel& channel) : channel_(channel), host_{sizeof(sr_host), 0, this, &take_log} {}

void Answers::send(plugin_seam::Answer kind, BytesView content) {
  const std::lock_guard guard(mutex_);
  if (!channel_.send(static_cast<std::uint32_t>(kind), content, {}, k_patience)) _exit(1);
}

void Answers::done(const plugin_seam::Outcome& outcome) {
  send(plugin_seam::Answer::done, plugin_seam::encode(outcome));
  const std::lock_guard guard(mutex_);
  lines_ = 0;
}

void Answers::taken(std::uint32_t slot) {
  Bytes content;
  ByteWriter(content).u32(slot);
  send(plugin_seam::Answer::taken, content);
}

void Answers::rows_back(BytesView content) {
  send(plugin_seam::Answer::rows_back, content);
}

void Answers::working() {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard guard(mutex_);
    if (now - said_ < k_beat) return;
    said_ = now;
  }
  send(plugin_seam::Answer::working, {});
}

void Answers::log(std::uint32_t level, std::string_view line) {
  {
    const std::lock_guard guard(mutex_);
    if (++lines_ > k_most_lines) return;
  }
  Bytes content;
  ByteWriter writer(content);
  writer.u32(level);
  writer.text(line.substr(0, SR_MAX_TEXT));
  send(plugin_seam::Answer::log, content);
}

}  // namespace strongroom::runner
