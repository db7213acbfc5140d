#include "client/cli/keyrings/keepass_csv.h"

#include <algorithm>
#include <optional>
#include <string>

namespace strongroom::cli::keyrings {

namespace {

constexpr std::size_t k_most_columns = 64;

Error malformed(const char* message, std::size_t line) {
  return make_error(ErrorCode::malformed, message, "line " + std::to_string(line));
}

// One record after the other. Cells are wiped.
class Records {
 public:
  explicit Records(std::string_view text) : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }

  // Of the record that next() has returned.
  std::size_t line() const noexcept { return line_; }

  Result<std::vector<WipedString>> next() {
    line_ = next_line_;
    std::vector<WipedString> cells;
    for (;;) {
      if (cells.size() >= k_most_columns) return malformed("it has too many columns", line_);
      STRONGROOM_CHECK(read_cell(cells.emplace_back(wiped_heap())));
      if (rest_.empty()) return cells;
      const char behind = rest_.front();
      rest_.remove_prefix(1);
      if (behind == ',') continue;
      if (behind == '\r' && rest_.starts_with('\n'))
        rest_.remove_prefix(1);
      else if (behind != '\n')
        return malformed("there is something behind a closing quote", next_line_);
      ++next_line_;
      return cells;
    }
  }

 private:
  Status read_cell(WipedString& cell) {
    if (!rest_.starts_with('"')) {
      const auto end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
      cell = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return {};
    }
    rest_.remove_prefix(1);
    for (;;) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) return malformed("a quote is not closed", line_);
      cell += rest_.substr(0, quote);
      next_line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, quote), '\n'));
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) return {};
      cell += '"';
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t next_line_ = 1;
};

// The folders of "Database/Group/Group". A group whose own name has a '/' cannot be told from two.
std::vector<std::string> folders_of(std::string_view group) {
  std::vector<std::string> folders;
  for (auto slash = group.find('/'); slash != std::string_view::npos; slash = group.find('/')) {
    group.remove_prefix(slash + 1);
    folders.emplace_back(group.substr(0, group.find('/')));
  }
  return folders;
}

ForeignItem item_of(const std::vector<std::string>& heading, const std::vector<WipedString>& cells) {
  ForeignItem item;
  std::string title;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view name = heading[i];
    const std::string_view cell = cells[i];
    if (name == "Group")
      item.names = folders_of(cell);
    else if (name == "Title")
      title = cell;
    else if (name == "Last Modified")
      add_detail(item, "modified", cell);
    else if (name == "Created")
      add_detail(item, "created", cell);
    else if (name != "Icon")
      add_field(item,
                name == "Password"   ? "value"
                : name == "Username" ? "username"
                : name == "URL"      ? "url"
                : name == "Notes"    ? "notes"
                : name == "TOTP"     ? "otp"
                                     : name,
                Secret(as_bytes(cell)));
  }
  item.names.push_back(std::move(title));
  return item;
}

}  // namespace

Result<std::vector<ForeignItem>> read_keepass_csv(std::string_view text) {
  constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
  Records records(text);
  STRONGROOM_ASSIGN(const auto first, records.next());
  const std::vector<std::string> heading(first.begin(), first.end());
  for (const std::string_view needed : {"Title", "Password"})
    if (std::ranges::find(heading, needed) == heading.end())
      return malformed("the heading has no columns Title and Password, as an export of KeePassXC has", 1);
  std::vector<ForeignItem> items;
  while (!records.at_end()) {
    STRONGROOM_ASSIGN(const auto cells, records.next());
    if (cells.size() != heading.size())
      return malformed("it has another number of columns than the heading", records.line());
    items.push_back(item_of(heading, cells));
  }
  return items;
}

}  // namespace strongroom::cli::keyrings
