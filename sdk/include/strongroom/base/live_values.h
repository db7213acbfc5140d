// The values that a process holds at this moment, so that text for people can be cleared of them whatever they look
// like: what masking.h cannot recognise by its form.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/bytes.h>

namespace strongroom {

// Thread-safe. Holds no value: only where those lie that scopes have named. A scope costs two uncontended locks, some
// tens of nanoseconds; what is searched for is paid by who hides.
class LiveValues {
 public:
  class Scope;

  // `text` with each occurrence of a live value replaced by "***", as it was written, or but for the line ends at its
  // end. Values shorter than k_shortest_masked (masked_forms.h) are not looked for: they would hide ordinary text.
  std::string hide(std::string_view text) const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::atomic<Scope*> first = nullptr;
  };

  std::array<Shard, 8> shards_;
};

// While it lives, its values are live. It must end before they are changed, freed or moved; a Secret that is moved
// takes its bytes along unchanged.
class LiveValues::Scope {
 public:
  // `live` may be null, and outlives the scope.
  explicit Scope(LiveValues* live) noexcept : live_(live) {}

  ~Scope() { end(); }

  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // Before begin().
  void add(BytesView value) {
    if (count_ < few_.size())
      few_[count_++] = value;
    else
      more_.push_back(value);
  }

  void begin() noexcept;
  // Nobody looks at the values any more when this returns. More than once is the same as once.
  void end() noexcept;

 private:
  friend class LiveValues;

  template <class Use>
  void each(const Use& use) const {
    for (std::size_t i = 0; i < count_; ++i) use(few_[i]);
    for (const BytesView value : more_) use(value);
  }

  LiveValues* live_;
  Shard* shard_ = nullptr;  // where it is listed
  Scope* next_ = nullptr;
  Scope* previous_ = nullptr;
  std::size_t count_ = 0;
  std::array<BytesView, 4> few_{};
  std::vector<BytesView> more_;
};

}  // namespace strongroom
