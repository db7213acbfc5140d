#include <strongroom/base/live_values.h>

#include <string.h>

#include <algorithm>
#include <bitset>
#include <optional>
#include <utility>

#include <strongroom/base/masked_forms.h>

namespace strongroom {

namespace {

constexpr std::size_t k_window = 4;

std::size_t hash(const char* window) noexcept {
  std::uint32_t four = 0;
  std::memcpy(&four, window, k_window);
  return four * 2654435761u >> 20;
}

// Which bytes of a text are hidden.
class Cover {
 public:
  explicit Cover(std::string_view text) : text_(text) {}

  void hide(BytesView value) {
    std::string_view sought = as_text(value);
    while (sought.ends_with('\n') || sought.ends_with('\r')) sought.remove_suffix(1);
    if (sought.size() < k_shortest_masked || sought.size() > text_.size()) return;
    if (!beginnings_) note_beginnings();
    if (!beginnings_->test(hash(sought.data()))) return;
    // memmem, unlike find(), takes linear time whatever is in both.
    for (std::size_t at = 0; at < text_.size();) {
      const void* const found = memmem(text_.data() + at, text_.size() - at, sought.data(), sought.size());
      if (found == nullptr) return;
      at = static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
      if (hidden_.empty()) hidden_.resize(text_.size());
      std::fill_n(hidden_.begin() + static_cast<std::ptrdiff_t>(at), sought.size(), true);
      at += sought.size();
    }
  }

  std::string shown() const {
    if (hidden_.empty()) return std::string(text_);
    std::string out;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (!hidden_[i])
        out.push_back(text_[i]);
      else if (i == 0 || !hidden_[i - 1])
        out.append("***");
    }
    return out;
  }

 private:
  // Most values are ruled out by this without a search.
  void note_beginnings() {
    beginnings_.emplace();
    for (std::size_t at = 0; at + k_window <= text_.size(); ++at) beginnings_->set(hash(text_.data() + at));
  }

  std::string_view text_;
  std::optional<std::bitset<4096>> beginnings_;
  std::vector<bool> hidden_;
};

}  // namespace

std::string LiveValues::hide(std::string_view text) const {
  Cover cover(text);
  for (const Shard& shard : shards_) {
    if (shard.first.load(std::memory_order_acquire) == nullptr) continue;
    const std::lock_guard guard(shard.mutex);
    for (const Scope* scope = shard.first; scope != nullptr; scope = scope->next_)
      scope->each([&](BytesView value) { cover.hide(value); });
  }
  return cover.shown();
}

// Where the scope lies tells threads apart well enough.
void LiveValues::Scope::begin() noexcept {
  if (live_ == nullptr || shard_ != nullptr) return;
  const auto place = reinterpret_cast<std::uintptr_t>(this);
  shard_ = &live_->shards_[(place >> 6 ^ place >> 13 ^ place >> 20) % live_->shards_.size()];
  const std::lock_guard guard(shard_->mutex);
  next_ = shard_->first;
  if (next_ != nullptr) next_->previous_ = this;
  shard_->first.store(this, std::memory_order_release);
}

void LiveValues::Scope::end() noexcept {
  if (shard_ == nullptr) return;
  Shard& shard = *std::exchange(shard_, nullptr);
  const std::lock_guard guard(shard.mutex);
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr)
    previous_->next_ = next_;
  else
    shard.first.store(next_, std::memory_order_release);
}

}  // namespace strongroom
