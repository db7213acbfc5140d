// Masking a stream of bytes: every form of every value is replaced while the bytes pass, wherever chunks are split.
//
// What is masked: every byte that lies inside an occurrence of a form (masked_forms.h). Occurrences that overlap or
// touch make one mask, the eight characters of k_mask, whatever their length.
//
// What is held: only bytes that may begin a form, at most MaskingPatterns::k_head of them, until later bytes decide.
// The caller calls flush() when the stream has been silent for k_silence:
//   - when at least k_begun bytes of a form have come, they are masked, and so is what follows as long as it goes on
//     with a form that begins there;
//   - when fewer have come they are given out, but the state is kept: when the rest of the form comes after all, the
//     rest is masked.
// So at most k_begun - 1 bytes of an occurrence are ever given out, its first ones, and only where the stream paused
// behind them. Ordinary text that happens to begin a form is masked when the stream pauses or ends just there.
//
// Of a form longer than k_head bytes the head is masked wherever it stands, and what follows as long as it agrees.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include <strongroom/base/masking_patterns.h>

namespace strongroom {

// One for each stream. Not thread-safe.
class StreamMasker {
 public:
  static constexpr std::string_view k_mask = "********";
  static constexpr std::chrono::milliseconds k_silence{50};
  static constexpr std::size_t k_begun = 4;

  explicit StreamMasker(std::shared_ptr<const MaskingPatterns> patterns);

  // Appends to `out` what is decided of all that came; the rest is held.
  void feed(BytesView chunk, WipedBytes& out);

  // Whether something is held that flush() would give out or mask.
  bool holds() const noexcept { return settled_ < position_; }

  // After silence, and at the end of the stream.
  void flush(WipedBytes& out);

 private:
  using Offset = std::uint64_t;  // from the beginning of the stream

  struct Region {
    Offset begin;
    Offset end;
  };

  struct Following {
    BytesView rest;  // of a long form's tail
  };

  void step(Byte byte);
  void follow(Byte byte);
  void cover(Offset begin, Offset end);
  bool may_look_again(std::size_t at, std::size_t size) const noexcept;
  void settle(Offset until, BytesView chunk, WipedBytes& out);
  void give_out(Offset begin, Offset end, BytesView chunk, WipedBytes& out);
  void keep_rest(BytesView chunk);

  std::shared_ptr<const MaskingPatterns> patterns_;
  MaskingPatterns::State state_ = 0;
  Offset position_ = 0;            // bytes that came
  Offset settled_ = 0;             // bytes given out or masked
  Offset chunk_at_ = 0;            // where the present chunk begins
  WipedBytes held_{wiped_heap()};  // [settled_, chunk_at_)
  std::vector<Region> regions_;    // to be masked, not settled; apart from each other, in order
  std::vector<Following> following_;
  Offset looked_ = 0;  // no form begins before; see feed()
  Offset begun_ = 0;   // where the form begins that flush() masked
  bool swallowing_ = false;
  bool mask_is_last_ = false;  // the last that was put out
};

}  // namespace strongroom
