#include "client/cli/keyrings/rows.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <span>
#include <utility>

#include <strongroom/base/bytes.h>
#include <strongroom/protocol/json.h>
#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>

#include "client/cli/keyrings/item_path.h"

namespace strongroom::cli::keyrings {

namespace wire = protocol::secret;

namespace {

constexpr std::size_t k_batch = 256;
constexpr std::size_t k_batch_bytes = 4 * 1024 * 1024;
constexpr int k_most_names = 99;

// At most so many bytes of a message; a value of many escapes or of any bytes goes as base64.
std::size_t size_of(const Row& row) {
  std::size_t size = protocol::escaped_size(row.path);
  for (const auto& field : row.fields)
    size += protocol::escaped_size(field.name) +
            std::max(base64_size(field.value.size()),
                     protocol::escaped_size(field.value.reveal_text(RevealReason::inspect)));
  return size;
}

// Calls `take` with spans of `rows` of which each is short enough for one call.
template <class Take>
Status in_batches(const std::vector<Row*>& rows, Take take) {
  for (std::size_t start = 0; start < rows.size();) {
    std::size_t end = start;
    std::size_t bytes = 0;
    for (; end < rows.size() && end - start < k_batch; ++end) {
      bytes += size_of(*rows[end]);
      if (end > start && bytes > k_batch_bytes) break;
    }
    STRONGROOM_CHECK(take(std::span<Row* const>(rows).subspan(start, end - start)));
    start = end;
  }
  return {};
}

// Ours may have more fields than theirs.
bool has_same(const protocol::SecretMap& ours, const protocol::SecretMap& theirs) {
  return std::ranges::all_of(theirs, [&](const auto& field) {
    return std::ranges::any_of(ours,
                               [&](const auto& one) { return one.name == field.name && one.value == field.value; });
  });
}

Status judge(Row& row, wire::GetResult& ours) {
  if (ours.problem) {
    const ErrorCode code = error_code_of_varlink(ours.problem->error);
    if (code == ErrorCode::not_found) row.ours = 0;
    if (code == ErrorCode::not_found || code == ErrorCode::deleted || code == ErrorCode::expired) return {};
    fail(row, ours.problem->message);
    return {};
  }
  if (!ours.fields_) return {};
  STRONGROOM_CHECK(protocol::unpack_values(*ours.fields_, ours.base64));
  row.ours = ours.version;
  row.result = has_same(*ours.fields_, row.fields) ? "unchanged" : "changed";
  return {};
}

bool is_readable(const wire::VersionEntry& version) {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  return !version.deleted_ms && !version.destroyed.value_or(false) &&
         (!version.expires_ms || *version.expires_ms > now.count());
}

// The version that a write replaces where there are no values to read.
void take_version(Row& row, const Result<wire::HistoryResponse>& answer) {
  if (!answer) return fail(row, answer.error().message);
  const auto current = std::ranges::find(answer->versions, true, &wire::VersionEntry::current);
  if (current == answer->versions.end() || is_readable(*current))
    return fail(row, "somebody else has written it meanwhile; import again");
  row.ours = current->version;
}

void find_versions(client::Client& client, std::span<Row* const> rows) {
  std::vector<Row*> asked;
  std::vector<wire::PathRequest> requests;
  for (Row* row : rows)
    if (row->is_to_be_stored() && !row->ours) {
      asked.push_back(row);
      requests.push_back({row->path});
    }
  const auto answers = client.call_pipelined<wire::GetHistory>(requests);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (i < answers.size())
      take_version(*asked[i], answers[i]);
    else
      fail(*asked[i], "whether the store has it is not known");
  }
}

Status compare_some(client::Client& client, const std::vector<Row*>& rows) {
  return in_batches(rows, [&](std::span<Row* const> batch) -> Status {
    wire::GetManyRequest request;
    for (const Row* row : batch) request.items.push_back({.path = row->path, .version = {}, .only = {}});
    STRONGROOM_ASSIGN(auto answer, client.call<wire::GetMany>(request));
    if (answer.items.size() != batch.size())
      return make_error(ErrorCode::malformed, "the daemon answered for another number of secrets");
    for (std::size_t i = 0; i < batch.size(); ++i) STRONGROOM_CHECK(judge(*batch[i], answer.items[i]));
    find_versions(client, batch);
    return {};
  });
}

std::vector<Row*> rows_with(std::vector<Row>& rows, std::string_view result) {
  std::vector<Row*> found;
  for (auto& row : rows)
    if (row.result == result) found.push_back(&row);
  return found;
}

// Tries numbers behind the path until one is free or has the same values from an import before.
Status give_other_paths(client::Client& client, std::vector<Row>& rows) {
  std::set<std::string> taken;
  for (const auto& row : rows) taken.insert(row.path);
  std::vector<Row*> pending = rows_with(rows, "changed");
  std::vector<std::string> wanted;
  for (const Row* row : pending) wanted.push_back(row->path);
  for (int number = 2; !pending.empty() && number <= k_most_names; ++number) {
    for (std::size_t i = 0; i < pending.size(); ++i) {
      const std::string path = wanted[i] + "-" + std::to_string(number);
      if (!taken.insert(path).second) continue;
      pending[i]->path = path;
      pending[i]->result = "new";
      pending[i]->ours.reset();
    }
    std::vector<Row*> asked;
    std::ranges::copy_if(pending, std::back_inserter(asked), [](const Row* row) { return row->result == "new"; });
    STRONGROOM_CHECK(compare_some(client, asked));
    std::vector<Row*> still;
    std::vector<std::string> still_wanted;
    for (std::size_t i = 0; i < pending.size(); ++i) {
      if (pending[i]->result == "changed") {
        still.push_back(pending[i]);
        still_wanted.push_back(std::move(wanted[i]));
      } else if (pending[i]->result != "failed") {
        add_to_note(*pending[i], "'" + wanted[i] + "' has other values");
      }
    }
    pending = std::move(still);
    wanted = std::move(still_wanted);
  }
  for (Row* row : pending) {
    row->result = "failed";
    add_to_note(*row, "every other name up to -" + std::to_string(k_most_names) + " has other values too");
  }
  return {};
}

wire::PutRequest put_of(Row& row) {
  wire::PutRequest item;
  item.path = row.path;
  item.fields_ = std::move(row.fields);
  item.base64 = protocol::pack_values(item.fields_);
  item.merge = true;
  item.check_version = row.ours;
  return item;
}

Status store_batch(client::Client& client, std::span<Row* const> batch) {
  wire::PutManyRequest request;
  for (Row* row : batch) request.items.push_back(put_of(*row));
  auto answer = client.call<wire::PutMany>(request);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!answer || i >= answer->items.size())
      fail(*batch[i], "whether it was stored is not known");
    else if (answer->items[i].problem)
      fail(*batch[i], answer->items[i].problem->message);
  }
  if (!answer) return answer.error();
  return {};
}

bool has_details(const Row& row) {
  return !row.labels.empty() || !row.metadata.empty();
}

// Ours is deleted or has expired, and its metadata is there still.
bool is_new_version_of_ours(const Row& row) {
  return row.result == "new" && row.ours.value_or(0) > 0;
}

// What is there already stays.
void keep_ours(Row& row, const wire::HistoryResponse& ours) {
  if (!ours.metadata) return;
  std::string kept;
  for (const auto& [name, value] : *ours.metadata) {
    const auto theirs = row.metadata.find(name);
    if (theirs == row.metadata.end()) continue;
    if (theirs->second != value) kept += (kept.empty() ? "'" : ", '") + name + "'";
    row.metadata.erase(theirs);
  }
  if (!kept.empty()) add_to_note(row, "the store has other metadata, which stays: " + kept);
}

bool was_imported(const wire::HistoryResponse& ours) {
  return ours.metadata && ours.metadata->contains(std::string(k_imported_from));
}

// Rows of secrets that are there, readable or not. Values that an interrupted import has stored may lack their details.
std::vector<Row*> rows_without_details(client::Client& client, std::vector<Row>& rows) {
  std::vector<Row*> asked;
  std::vector<wire::PathRequest> requests;
  for (auto& row : rows)
    if (has_details(row) && (row.result == "unchanged" || is_new_version_of_ours(row))) {
      asked.push_back(&row);
      requests.push_back({row.path});
    }
  std::vector<Row*> found;
  const auto answers = client.call_pipelined<wire::GetHistory>(requests);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i] || (asked[i]->result == "unchanged" && was_imported(*answers[i]))) continue;
    keep_ours(*asked[i], *answers[i]);
    if (has_details(*asked[i])) found.push_back(asked[i]);
  }
  return found;
}

void store_details(client::Client& client, std::vector<Row>& rows) {
  std::vector<Row*> wanted = rows_without_details(client, rows);
  for (auto& row : rows)
    if (row.is_to_be_stored() && has_details(row) && !is_new_version_of_ours(row)) wanted.push_back(&row);
  std::vector<wire::UpdateRequest> requests;
  for (const Row* row : wanted) {
    wire::UpdateRequest& request = requests.emplace_back();
    request.path = row->path;
    if (!row->labels.empty()) request.add_labels = row->labels;
    if (!row->metadata.empty()) request.set_metadata = row->metadata;
  }
  const auto answers = client.call_pipelined<wire::Update>(requests);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i < answers.size() && answers[i]) continue;
    wanted[i]->incomplete = true;
    add_to_note(*wanted[i], "its labels and metadata are not stored" +
                                (i < answers.size() ? ": " + answers[i].error().message : std::string()));
  }
}

}  // namespace

Status compare(client::Client& client, std::vector<Row>& rows, OnConflict on_conflict) {
  STRONGROOM_CHECK(compare_some(client, rows_with(rows, "new")));
  if (on_conflict == OnConflict::rename) return give_other_paths(client, rows);
  if (on_conflict == OnConflict::new_version) return {};
  for (Row* row : rows_with(rows, "changed")) {
    row->result = "kept";
    add_to_note(*row, "the store has other values, which stay");
  }
  return {};
}

Status store(client::Client& client, std::vector<Row>& rows) {
  std::vector<Row*> wanted;
  for (auto& row : rows)
    if (row.is_to_be_stored()) wanted.push_back(&row);
  const Status stored = in_batches(wanted, [&](std::span<Row* const> batch) { return store_batch(client, batch); });
  if (!stored) {
    // Their values are still theirs to give.
    for (Row* row : wanted)
      if (row->is_to_be_stored() && !row->fields.empty()) fail(*row, "not tried");
    return stored;
  }
  store_details(client, rows);
  return {};
}

}  // namespace strongroom::cli::keyrings
