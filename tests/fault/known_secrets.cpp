#include "tests/fault/known_secrets.h"

#include <gtest/gtest.h>

namespace strongroom::tests {

namespace {

constexpr std::uint64_t k_overwritten = 8;

bool daemon_is_gone(const Error& error) {
  return error.code == ErrorCode::unreachable || error.code == ErrorCode::timeout || error.code == ErrorCode::cancelled;
}

void acknowledge(KnownSecret& known, std::int64_t version) {
  known.values[version] = *known.put_under_way;
  known.current = version;
  known.put_under_way.reset();
}

}  // namespace

std::string KnownSecrets::some_path() {
  if (below(10) == 0) return prefix_ + "/new/" + std::to_string(made_++);
  return prefix_ + "/" + std::to_string(below(k_overwritten));
}

// Most lie beside their head, some in rows of their own.
std::string KnownSecrets::new_value() {
  const std::uint64_t size = below(8) == 0 ? 4000 + below(9000) : below(300);
  return prefix_ + ":" + std::to_string(written_++) + ":" + std::string(size, 'v');
}

Status KnownSecrets::put_one(client::Client& client) {
  const std::string path = some_path();
  touched_.insert(path);
  KnownSecret& known = known_[path];
  known.put_under_way = new_value();
  STRONGROOM_ASSIGN(const std::int64_t version, put(client, path, *known.put_under_way));
  acknowledge(known, version);
  ++acknowledged_;
  return {};
}

Status KnownSecrets::put_several(client::Client& client) {
  wire::PutManyRequest request;
  std::set<std::string> paths;
  while (paths.size() < 5) paths.insert(some_path());
  for (const auto& path : paths) {
    touched_.insert(path);
    request.items.push_back(put_request(path, known_[path].put_under_way.emplace(new_value())));
  }
  STRONGROOM_ASSIGN(const auto answer, client.call<wire::PutMany>(request));
  for (const auto& item : answer.items) {
    if (item.problem) return make_error(ErrorCode::internal, item.path + ": " + item.problem->message);
    acknowledge(known_[item.path], *item.version);
    ++acknowledged_;
  }
  return {};
}

Status KnownSecrets::delete_one(client::Client& client) {
  const std::string path = prefix_ + "/" + std::to_string(below(k_overwritten));
  const auto found = known_.find(path);
  if (found == known_.end() || found->second.deleted()) return {};
  touched_.insert(path);
  found->second.delete_under_way = true;
  STRONGROOM_CHECK(client.call<wire::Delete>({.path = path}));
  found->second.delete_under_way = false;
  found->second.deleted_versions.insert(found->second.current);
  ++acknowledged_;
  return {};
}

std::optional<Error> KnownSecrets::write_until_gone(client::Client client) {
  for (;;) {
    const std::uint64_t choice = below(10);
    const Status status = choice < 6 ? put_one(client) : choice < 8 ? put_several(client) : delete_one(client);
    if (status) continue;
    if (daemon_is_gone(status.error())) return std::nullopt;
    return status.error();
  }
}

// What was under way is either wholly there or not at all.
void KnownSecrets::take_over(KnownSecret& known, const wire::HistoryResponse& history) {
  const auto& newest = history.versions.front();
  if (known.put_under_way && newest.version == known.current + 1) acknowledge(known, newest.version);
  if (known.delete_under_way && newest.deleted_ms) known.deleted_versions.insert(known.current);
}

void KnownSecrets::expect_values(client::Client& client, const std::string& path, const KnownSecret& known) {
  for (const auto& [version, value] : known.values) {
    if (version + 10 <= known.current) continue;
    const auto found = get(client, path, version);
    if (known.deleted_versions.contains(version)) {
      ASSERT_FALSE(found) << path;
      EXPECT_EQ(found.error().code, ErrorCode::deleted) << path;
      continue;
    }
    ASSERT_TRUE(found) << path << " version " << version << ": " << found.error().message;
    EXPECT_EQ(*found, value) << path << " version " << version;
  }
}

void KnownSecrets::expect_touched(client::Client& client) {
  for (const auto& path : touched_) {
    KnownSecret& known = known_[path];
    const auto history = client.call<wire::GetHistory>({.path = path});
    if (!history && history.error().code == ErrorCode::not_found && known.current == 0) {
      known_.erase(path);
      continue;
    }
    ASSERT_TRUE(history) << path << ": " << history.error().message;
    take_over(known, *history);
    known.put_under_way.reset();
    known.delete_under_way = false;
    EXPECT_EQ(history->versions.front().version, known.current) << path;
    EXPECT_EQ(history->versions.front().deleted_ms.has_value(), known.deleted()) << path;
    EXPECT_EQ(history->versions.size(), static_cast<std::size_t>(std::min<std::int64_t>(known.current, 10))) << path;
    for (std::size_t i = 0; i < history->versions.size(); ++i)
      EXPECT_EQ(history->versions[i].version, known.current - static_cast<std::int64_t>(i)) << path;
    expect_values(client, path, known);
    if (testing::Test::HasFailure()) return;
  }
  touched_.clear();
}

void KnownSecrets::touch_all() {
  for (const auto& [path, known] : known_) touched_.insert(path);
}

}  // namespace strongroom::tests
