#include <algorithm>

#include "daemon/exports/source.h"

namespace strongroom::exports {
namespace {

Cell time_or_empty(std::int64_t ms) {
  return ms == 0 ? Cell{} : Cell::of_time(ms);
}

class SecretsSource final : public Source {
 public:
  SecretsSource(SecretPages pages, std::string prefix, bool deleted)
      : pages_(std::move(pages)), prefix_(std::move(prefix)), deleted_(deleted) {}

  const Sheet& sheet() const override { return sheet_; }

  Result<bool> next(const RowTaker& take) override {
    STRONGROOM_ASSIGN(const SecretPage page, pages_(prefix_, deleted_, cursor_));
    for (const SecretRow& row : page.rows) {
      const Cell cells[] = {
          Cell::of_text(row.path),       Cell::of_integer(row.version), Cell::of_integer(row.versions),
          Cell::of_time(row.created_ms), Cell::of_time(row.updated_ms), time_or_empty(row.last_read_ms),
          time_or_empty(row.expires_ms), Cell::of_boolean(row.deleted), Cell::of_text(row.labels)};
      STRONGROOM_CHECK(take(cells));
    }
    cursor_ = page.cursor.value_or("");
    return page.cursor.has_value();
  }

 private:
  SecretPages pages_;
  std::string prefix_;
  bool deleted_;
  std::string cursor_;
  const Sheet sheet_{"secrets",
                     "Secrets",
                     {{"path", "Path", CellType::text, 40},
                      {"version", "Version", CellType::integer, 8},
                      {"versions", "Versions kept", CellType::integer, 8},
                      {"created", "Created", CellType::time, 24},
                      {"updated", "Updated", CellType::time, 24},
                      {"last_read", "Last read", CellType::time, 24},
                      {"expires", "Expires", CellType::time, 24},
                      {"deleted", "Deleted", CellType::boolean, 8},
                      {"labels", "Labels", CellType::text, 24}}};
};

// Rows of texts that are all there.
class TextSource final : public Source {
 public:
  TextSource(Sheet sheet, std::vector<std::vector<std::string>> rows)
      : sheet_(std::move(sheet)), rows_(std::move(rows)) {}

  const Sheet& sheet() const override { return sheet_; }

  std::optional<std::uint64_t> total() const override { return rows_.size(); }

  Result<bool> next(const RowTaker& take) override {
    for (const auto& row : rows_) {
      std::vector<Cell> cells;
      for (const auto& text : row) cells.push_back(Cell::of_text(text));
      STRONGROOM_CHECK(take(cells));
    }
    return false;
  }

 private:
  Sheet sheet_;
  std::vector<std::vector<std::string>> rows_;
};

class ChosenColumns final : public Source {
 public:
  ChosenColumns(std::unique_ptr<Source> source, std::vector<std::size_t> chosen)
      : source_(std::move(source)), chosen_(std::move(chosen)), sheet_(source_->sheet()) {
    sheet_.columns.clear();
    for (const std::size_t column : chosen_) sheet_.columns.push_back(source_->sheet().columns[column]);
  }

  const Sheet& sheet() const override { return sheet_; }

  std::optional<std::uint64_t> total() const override { return source_->total(); }

  Result<bool> next(const RowTaker& take) override {
    std::vector<Cell> row(chosen_.size());
    return source_->next([&](std::span<const Cell> cells) {
      for (std::size_t i = 0; i < chosen_.size(); ++i) row[i] = cells[chosen_[i]];
      return take(row);
    });
  }

 private:
  std::unique_ptr<Source> source_;
  std::vector<std::size_t> chosen_;
  Sheet sheet_;
};

std::string names_of(const Sheet& sheet) {
  std::string all;
  for (const auto& column : sheet.columns) all += (all.empty() ? "" : ", ") + column.name;
  return all;
}

}  // namespace

std::unique_ptr<Source> secrets_source(SecretPages pages, std::string prefix, bool deleted) {
  return std::make_unique<SecretsSource>(std::move(pages), std::move(prefix), deleted);
}

std::unique_ptr<Source> plugins_source(std::vector<PluginRow> plugins) {
  std::vector<std::vector<std::string>> rows;
  for (auto& plugin : plugins)
    rows.push_back({plugin.id, plugin.type, plugin.format, plugin.isolation, plugin.state, plugin.sha256});
  return std::make_unique<TextSource>(Sheet{"plugins",
                                            "Plugins",
                                            {{"id", "Id", CellType::text, 32},
                                             {"type", "Type", CellType::text, 10},
                                             {"format", "Format", CellType::text, 10},
                                             {"isolation", "Isolation", CellType::text, 14},
                                             {"state", "State", CellType::text, 10},
                                             {"sha256", "SHA-256", CellType::text, 64}}},
                                      std::move(rows));
}

std::unique_ptr<Source> status_source(Facts facts) {
  std::vector<std::vector<std::string>> rows;
  for (auto& [name, value] : facts) rows.push_back({std::move(name), std::move(value)});
  return std::make_unique<TextSource>(
      Sheet{"status", "Status", {{"name", "Name", CellType::text, 32}, {"value", "Value", CellType::text, 48}}},
      std::move(rows));
}

Result<std::unique_ptr<Source>> choose_columns(std::unique_ptr<Source> source, std::span<const std::string> names) {
  std::vector<std::size_t> chosen;
  const auto& columns = source->sheet().columns;
  for (const auto& name : names) {
    const auto found = std::ranges::find(columns, name, &Column::name);
    if (found == columns.end())
      return make_error(ErrorCode::invalid_argument,
                        "'" + name + "' is no column of this; there are: " + names_of(source->sheet()), "columns");
    const auto index = static_cast<std::size_t>(found - columns.begin());
    if (std::ranges::find(chosen, index) != chosen.end())
      return make_error(ErrorCode::invalid_argument, "'" + name + "' is named twice", "columns");
    chosen.push_back(index);
  }
  return std::make_unique<ChosenColumns>(std::move(source), std::move(chosen));
}

}  // namespace strongroom::exports
