// Where a plugin's bytes go.
#pragma once

#include <algorithm>

#include <strongroom/abi/bytes.h>
#include <strongroom/plugin/guard.h>

namespace strongroom::plugin {

// Takes bytes in pieces of any size; the kit cuts them. After the first failure it takes no more.
class ByteSink {
 public:
  explicit ByteSink(const sr_byte_sink* sink) noexcept : sink_(sink) {}

  // False: stop, and return as if all were done.
  bool operator()(BytesView bytes) noexcept {
    constexpr std::size_t k_piece = 1024 * 1024;
    for (; status_ == SR_OK && !bytes.empty(); bytes = bytes.subspan(std::min(k_piece, bytes.size())))
      status_ = sink_->write(sink_->context, to_abi(bytes.first(std::min(k_piece, bytes.size()))));
    return status_ == SR_OK;
  }

  bool operator()(std::string_view text) noexcept { return (*this)(as_bytes(text)); }

  sr_status status() const noexcept { return status_; }

 private:
  const sr_byte_sink* sink_;
  sr_status status_ = SR_OK;
};

}  // namespace strongroom::plugin
