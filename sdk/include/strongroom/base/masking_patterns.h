// The values to be masked, compiled: every form of every value in one automaton that streams share.
//
// An Aho-Corasick automaton (A. V. Aho, M. J. Corasick: Efficient String Matching: An Aid to Bibliographic Search,
// CACM 18, 1975) over the sorted forms, so that the first child of a node is the node behind it and a node costs 15
// bytes; the nodes with many children nearest to the root have a table of them. In front of it stands a table of shifts
// as in S. Wu, U. Manber: A Fast Algorithm for Multi-Pattern Searching (TR-94-17, University of Arizona, 1994): where
// nothing has begun, three bytes tell how far the next beginning is at least.
//
// Memory: of a form only the first k_head bytes are nodes; its rest is kept as plain bytes and compared where the head
// was found. Together at most 15 bytes x (k_head for each of the about 50 forms of a value, each byte of its lines and
// of its base64 in lines), 120 bytes for each byte of a value, and 4 MiB of tables; all of it wiped.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/masked_forms.h>
#include <strongroom/base/wiped_memory.h>

namespace strongroom {

// Immutable; may be shared between threads.
class MaskingPatterns {
 public:
  static constexpr std::size_t k_head = 256;

  // Values shorter than k_shortest_masked have no forms and are not masked; the caller may want to say so.
  static std::shared_ptr<const MaskingPatterns> of(std::span<const BytesView> values);
  // Of exactly these forms; those shorter than k_shortest_masked are left out.
  static std::shared_ptr<const MaskingPatterns> of_forms(std::span<const BytesView> forms);

  bool empty() const noexcept { return label_.size() <= 1; }

  // States are numbers; 0 is the root, where nothing has begun. A state stands for the longest end of the text so far
  // that begins a form.
  using State = std::uint32_t;

  State next(State state, Byte byte) const noexcept;

  // How many bytes have begun: at most k_head.
  std::size_t depth(State state) const noexcept { return depth_[state] & k_depth; }

  // Length of the longest form (or head of one) that ends here; 0 when none does.
  std::size_t match(State state) const noexcept { return match_[state]; }

  // What follows the heads that end here. Empty for most.
  std::vector<BytesView> tails(State state) const;

  // From the root at text[from]: the next place where a form may begin, or less than k_shortest_masked before the end.
  std::size_t skip(BytesView text, std::size_t from) const noexcept {
    while (from + k_shortest_masked <= text.size()) {
      const std::uint8_t shift = shift_[hash(text.data() + from + k_shortest_masked - k_block)];
      if (shift == 0) break;
      from += shift;
    }
    return from;
  }

 private:
  static constexpr std::size_t k_block = 3;
  static constexpr std::uint16_t k_depth = 0x1ff;
  static constexpr std::uint16_t k_has_child = 0x8000;
  static constexpr std::uint16_t k_has_tail = 0x4000;

  struct Tail {
    State state;
    std::size_t start;
    std::size_t size;
  };

  class Builder;
  MaskingPatterns();

  static std::size_t hash(const Byte* block) noexcept {
    return (block[0] | static_cast<std::size_t>(block[1]) << 8 | static_cast<std::size_t>(block[2]) << 16) * 40503U >>
               7 &
           0xffff;
  }

  using Table = std::array<State, 256>;

  State child(State state, Byte byte) const noexcept;

  // One entry a node. Sorted: the first child of node i is i + 1.
  std::pmr::vector<Byte> label_{wiped_heap()};
  std::pmr::vector<std::uint16_t> depth_{wiped_heap()};  // and flags
  std::pmr::vector<std::uint16_t> match_{wiped_heap()};
  std::pmr::vector<State> fail_{wiped_heap()};
  std::pmr::vector<State> sibling_{wiped_heap()};
  std::pmr::vector<std::uint16_t> table_{wiped_heap()};  // number of its table of children; 0: none
  std::pmr::vector<Table> tables_{wiped_heap()};         // the first is nobody's
  Table first_{};                                        // the root's children
  std::pmr::vector<std::uint8_t> shift_{wiped_heap()};
  std::pmr::vector<Tail> tails_{wiped_heap()};  // sorted by state
  WipedBytes tail_bytes_{wiped_heap()};
};

}  // namespace strongroom
