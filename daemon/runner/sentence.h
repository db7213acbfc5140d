// Takes what a plugin says about a failure.
#pragma once

#include <string>

#include <strongroom/plugin/guard.h>

#include "daemon/plugin_seam/messages.h"

namespace strongroom::runner {

class Sentence {
 public:
  Sentence() : sink_{sizeof(sr_error_sink), 0, this, &take} {}

  Sentence(const Sentence&) = delete;
  Sentence& operator=(const Sentence&) = delete;

  const sr_error_sink* sink() const noexcept { return &sink_; }

  plugin_seam::Outcome outcome(sr_status status) const { return {status, text_, {}}; }

 private:
  static void take(void* context, sr_bytes sentence) {
    const auto text = as_text(plugin::from_abi(sentence));
    static_cast<Sentence*>(context)->text_ = text.substr(0, SR_MAX_TEXT);
  }

  sr_error_sink sink_;
  std::string text_;
};

}  // namespace strongroom::runner
