#include <strongroom/base/masking_patterns.h>

#include <algorithm>

namespace strongroom {

MaskingPatterns::MaskingPatterns() = default;

// Collects forms, sorts them and makes nodes, failure links and shifts of them.
class MaskingPatterns::Builder {
 public:
  void add(BytesView form) {
    if (form.size() < k_shortest_masked) return;
    forms_.push_back({bytes_.size(), form.size()});
    bytes_.insert(bytes_.end(), form.begin(), form.end());
  }

  std::shared_ptr<const MaskingPatterns> build() {
    std::ranges::sort(forms_, {}, [&](const Form& form) { return as_text(view(form)); });
    append_node(0, 0);
    for (const auto& form : forms_) insert(view(form));
    const auto order = by_depth();
    make_tables(order);
    link(order);
    fill_shifts();
    return std::move(made_);
  }

 private:
  struct Form {
    std::size_t start;
    std::size_t size;
  };

  BytesView view(const Form& form) const { return BytesView(bytes_).subspan(form.start, form.size); }

  State append_node(Byte label, std::size_t depth) {
    made_->label_.push_back(label);
    made_->depth_.push_back(static_cast<std::uint16_t>(depth));
    made_->match_.push_back(0);
    made_->fail_.push_back(0);
    made_->sibling_.push_back(0);
    made_->table_.push_back(0);
    return static_cast<State>(made_->label_.size() - 1);
  }

  // Sorted order: what is shared with the form before is the beginning of its path, which path_ holds.
  void insert(BytesView form) {
    const BytesView head = form.first(std::min(form.size(), k_head));
    std::size_t shared = 0;
    while (shared < path_.size() && shared < head.size() && made_->label_[path_[shared]] == head[shared]) ++shared;
    for (std::size_t depth = shared; depth < head.size(); ++depth) {
      const State node = append_node(head[depth], depth + 1);
      if (depth == 0) made_->first_[head[0]] = node;
      if (depth < path_.size()) made_->sibling_[path_[depth]] = node;
      path_.resize(depth);
      path_.push_back(node);
      if (depth > 0) made_->depth_[path_[depth - 1]] |= k_has_child;
    }
    const State end = path_[head.size() - 1];
    made_->match_[end] = static_cast<std::uint16_t>(head.size());
    if (form.size() > head.size()) add_tail(end, form.subspan(head.size()));
  }

  // Sorted: the same form twice comes twice in a row.
  void add_tail(State end, BytesView rest) {
    auto& tails = made_->tails_;
    auto& bytes = made_->tail_bytes_;
    if (!tails.empty() && tails.back().state == end &&
        std::ranges::equal(BytesView(bytes).subspan(tails.back().start, tails.back().size), rest))
      return;
    made_->depth_[end] |= k_has_tail;
    tails.push_back({end, bytes.size(), rest.size()});
    bytes.insert(bytes.end(), rest.begin(), rest.end());
  }

  // All nodes, those nearer to the root first.
  std::pmr::vector<State> by_depth() const {
    const std::size_t count = made_->label_.size();
    std::array<std::uint32_t, k_head + 2> starts{};
    for (State node = 0; node < count; ++node) ++starts[made_->depth(node) + 1];
    for (std::size_t depth = 1; depth < starts.size(); ++depth) starts[depth] += starts[depth - 1];
    std::pmr::vector<State> order(count, wiped_heap());
    for (State node = 0; node < count; ++node) order[starts[made_->depth(node)]++] = node;
    return order;
  }

  void make_tables(const std::pmr::vector<State>& order) {
    constexpr std::size_t k_many = 8;
    constexpr std::size_t k_most = 4096;
    made_->tables_.resize(1);
    for (const State parent : order) {
      if (made_->tables_.size() == k_most) return;
      if ((made_->depth_[parent] & k_has_child) == 0) continue;
      std::size_t children = 0;
      for (State node = parent + 1; node != 0; node = made_->sibling_[node]) ++children;
      if (children < k_many) continue;
      auto& table = made_->tables_.emplace_back();
      for (State node = parent + 1; node != 0; node = made_->sibling_[node]) table[made_->label_[node]] = node;
      made_->table_[parent] = static_cast<std::uint16_t>(made_->tables_.size() - 1);
    }
  }

  // A failure link leads to a smaller depth.
  void link(const std::pmr::vector<State>& order) {
    for (const State parent : order) {
      if ((made_->depth_[parent] & k_has_child) == 0) continue;
      for (State node = parent + 1; node != 0; node = made_->sibling_[node]) {
        made_->fail_[node] = parent == 0 ? 0 : made_->next(made_->fail_[parent], made_->label_[node]);
        if (made_->match_[node] == 0) made_->match_[node] = made_->match_[made_->fail_[node]];
      }
    }
  }

  void fill_shifts() {
    constexpr std::size_t k_most = k_shortest_masked - k_block + 1;
    auto& shift = made_->shift_;
    shift.assign(65536, k_most);
    for (const auto& form : forms_)
      for (std::size_t at = 0; at + k_block <= k_shortest_masked; ++at) {
        auto& entry = shift[hash(bytes_.data() + form.start + at)];
        entry = std::min(entry, static_cast<std::uint8_t>(k_shortest_masked - k_block - at));
      }
  }

  std::shared_ptr<MaskingPatterns> made_{new MaskingPatterns};
  WipedBytes bytes_{wiped_heap()};
  std::vector<Form> forms_;
  std::pmr::vector<State> path_{wiped_heap()};  // nodes of the form before, without the root
};

std::shared_ptr<const MaskingPatterns> MaskingPatterns::of(std::span<const BytesView> values) {
  Builder builder;
  for (const BytesView value : values) for_each_masked_form(value, [&](BytesView form) { builder.add(form); });
  return builder.build();
}

std::shared_ptr<const MaskingPatterns> MaskingPatterns::of_forms(std::span<const BytesView> forms) {
  Builder builder;
  for (const BytesView form : forms) builder.add(form);
  return builder.build();
}

MaskingPatterns::State MaskingPatterns::child(State state, Byte byte) const noexcept {
  if (state == 0) return first_[byte];
  if ((depth_[state] & k_has_child) == 0) return 0;
  if (table_[state] != 0) return tables_[table_[state]][byte];
  State node = state + 1;
  while (node != 0 && label_[node] < byte) node = sibling_[node];
  return node != 0 && label_[node] == byte ? node : 0;
}

MaskingPatterns::State MaskingPatterns::next(State state, Byte byte) const noexcept {
  for (;;) {
    if (const State found = child(state, byte); found != 0) return found;
    if (state == 0) return 0;
    state = fail_[state];
  }
}

std::vector<BytesView> MaskingPatterns::tails(State state) const {
  std::vector<BytesView> found;
  if (tails_.empty()) return found;
  for (; match_[state] != 0; state = fail_[state]) {
    if ((depth_[state] & k_has_tail) == 0) continue;
    for (const auto& tail : std::ranges::equal_range(tails_, state, {}, &Tail::state))
      found.push_back(BytesView(tail_bytes_).subspan(tail.start, tail.size));
  }
  return found;
}

}  // namespace strongroom
