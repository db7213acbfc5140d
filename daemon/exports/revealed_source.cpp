#include "daemon/exports/revealed_source.h"

#include <algorithm>
#include <vector>

namespace strongroom::exports {
namespace {

constexpr std::size_t k_longest_cell = 65536;  // of the exporters' interface
constexpr std::size_t k_at_once = 64;
constexpr std::size_t k_bytes_at_once = 1 << 20;

bool is_of_the_secret(const Error& error) {
  return error.code == ErrorCode::expired || error.code == ErrorCode::deleted || error.code == ErrorCode::not_found;
}

class RevealedSource final : public Source {
 public:
  RevealedSource(SecretPages pages, Reveals reveals, std::string prefix)
      : pages_(std::move(pages)), reveals_(std::move(reveals)), prefix_(std::move(prefix)) {}

  const Sheet& sheet() const override { return sheet_; }

  Result<bool> next(const RowTaker& take) override {
    STRONGROOM_ASSIGN(const SecretPage page, pages_(prefix_, false, cursor_));
    for (std::span<const SecretRow> rest(page.rows); !rest.empty();) {
      STRONGROOM_ASSIGN(const std::size_t count, reveal(rest, take));
      rest = rest.subspan(count);
    }
    cursor_ = page.cursor.value_or("");
    return page.cursor.has_value();
  }

 private:
  using Revealed = Result<protocol::secret::GetResponse>;

  // Some of the rows at once, so that what is written down about them lasts with one wait. Returns how many.
  Result<std::size_t> reveal(std::span<const SecretRow> rows, const RowTaker& take) const {
    std::vector<Revealed> values;
    std::size_t bytes = 0;
    while (values.size() < std::min(rows.size(), k_at_once) && bytes < k_bytes_at_once) {
      auto revealed = reveals_.reveal(rows[values.size()].path);
      if (!revealed && !is_of_the_secret(revealed.error())) return revealed.error();
      if (revealed)
        for (const auto& field : revealed->fields_) bytes += field.value.size();
      values.push_back(std::move(revealed));
    }
    LiveValues::Scope held(reveals_.live);
    for (const auto& revealed : values)
      if (revealed)
        for (const auto& field : revealed->fields_) held.add(field.value.reveal(RevealReason::inspect));
    held.begin();
    reveals_.settle();
    for (std::size_t i = 0; i < values.size(); ++i) STRONGROOM_CHECK(tell_fields(rows[i], values[i], take));
    return values.size();
  }

  static Status tell_fields(const SecretRow& row, const Revealed& revealed, const RowTaker& take) {
    if (!revealed) return tell(row, "", error_info(revealed.error().code).name, {}, take);
    for (const auto& field : revealed->fields_) {
      const auto& packed = revealed->base64;
      const bool is_packed = packed && std::ranges::find(*packed, field.name) != packed->end();
      const std::string_view value = field.value.reveal_text(RevealReason::deliver);
      const bool fits = value.size() <= k_longest_cell;
      const std::string_view encoding = !fits ? "too_large" : is_packed ? "base64" : "text";
      STRONGROOM_CHECK(tell(row, field.name, encoding, fits ? value : std::string_view(), take));
    }
    return {};
  }

  static Status tell(const SecretRow& row, std::string_view field, std::string_view encoding, std::string_view value,
                     const RowTaker& take) {
    const Cell cells[] = {Cell::of_text(row.path),
                          Cell::of_integer(row.version),
                          Cell::of_text(field),
                          Cell::of_text(encoding),
                          Cell::of_text(value),
                          Cell::of_time(row.updated_ms),
                          row.expires_ms == 0 ? Cell{} : Cell::of_time(row.expires_ms),
                          Cell::of_text(row.labels)};
    return take(cells);
  }

  SecretPages pages_;
  Reveals reveals_;
  std::string prefix_;
  std::string cursor_;
  const Sheet sheet_{"secrets",
                     "Secrets",
                     {{"path", "Path", CellType::text, 40},
                      {"version", "Version", CellType::integer, 8},
                      {"field", "Field", CellType::text, 16},
                      {"encoding", "Encoding", CellType::text, 10},
                      {"value", "Value", CellType::text, 40},
                      {"updated", "Updated", CellType::time, 24},
                      {"expires", "Expires", CellType::time, 24},
                      {"labels", "Labels", CellType::text, 24}}};
};

}  // namespace

std::unique_ptr<Source> revealed_source(SecretPages pages, Reveals reveals, std::string prefix) {
  return std::make_unique<RevealedSource>(std::move(pages), std::move(reveals), std::move(prefix));
}

}  // namespace strongroom::exports
