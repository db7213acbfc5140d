#include "tests/security/edited_store.h"

#include <algorithm>
#include <set>

namespace strongroom::tests {

namespace {

bool names_damage(ErrorCode code) {
  return code == ErrorCode::tampered || code == ErrorCode::corrupt || code == ErrorCode::locked ||
         code == ErrorCode::unsupported || code == ErrorCode::storage_failed;
}

bool has_problem(const protocol::service::StatusResponse& status) {
  return std::ranges::any_of(
      status.problems, [](const std::string& problem) { return problem.find("recovery code") == std::string::npos; });
}

// When the comparison has ended, with a result or with a problem.
protocol::service::StatusResponse final_status(client::Client& client) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    auto status = status_of(client);
    if (status.freshness != protocol::service::Freshness::pending || has_problem(status)) return status;
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the comparison does not end");
    std::this_thread::yield();
  }
}

}  // namespace

void EditedStore::SetUp() {
  daemon_.start();
  for (const char* path : {"alpha/one", "alpha/two", "beta/three"}) {
    write(path, std::string("first of ") + path);
    write(path, std::string("second of ") + path);
  }
  write("alpha/large", "first of alpha/large " + std::string(6000, 'l'));
  write("alpha/large", "second of alpha/large " + std::string(6000, 'l'));
  auto client = daemon_.client();
  ASSERT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
}

Rows EditedStore::write(const std::string& path, const std::string& value) {
  const Rows before = rows();
  auto client = daemon_.client();
  const auto version = put(client, path, value);
  if (!version) throw std::runtime_error(version.error().message);
  values_[path].push_back(value);
  const Rows changed = changed_rows(before, rows());
  for (const auto& [id, content] : changed) {
    if (id.collection == 1) heads_[path] = id;
    // A secret's entry is empty, a folder's is not.
    if (id.collection == 3 && content.value.empty()) entries_[path] = id;
  }
  return changed;
}

void EditedStore::look_at(client::Client& client, const std::string& path, std::int64_t version, Look& look) {
  const auto& known = values_.at(path);
  const bool current = version == static_cast<std::int64_t>(known.size());
  wire::GetRequest request;
  request.path = path;
  if (!current) request.version = version;
  auto answer = client.call<wire::Get>(request);
  if (!answer) {
    look.refused |= names_damage(answer.error().code);
    if (!names_damage(answer.error().code)) {
      look.deviates = true;
      look.what += path + ": " + answer.error().message + "\n";
    }
    return;
  }
  const std::string value = plain_value(*answer);
  if (value == known[static_cast<std::size_t>(version - 1)]) return;
  const bool pending = answer->freshness == protocol::service::Freshness::pending;
  const bool own = std::ranges::find(known, value) != known.end();
  EXPECT_TRUE(own) << path << " gave the value of something else";
  EXPECT_TRUE(current && pending) << path << " gave an older value as fresh";
  look.deviates = true;
  look.what += path + " gave an older value\n";
}

void EditedStore::look_at_names(client::Client& client, Look& look) {
  wire::ListRequest request;
  request.recursive = true;
  request.deleted = true;
  const auto listed = client.call<wire::List>(request);
  if (!listed) {
    look.refused |= names_damage(listed.error().code);
    return;
  }
  std::multiset<std::string> names;
  for (const auto& entry : listed->entries) names.insert(entry.path);
  std::multiset<std::string> expected;
  for (const auto& [path, known] : values_) expected.insert(path);
  if (names == expected) return;
  look.deviates = true;
  look.what += "the listing is not what was written\n";
}

EditedStore::Look EditedStore::look(client::Client& client) {
  Look result;
  for (const auto& [path, known] : values_)
    for (std::int64_t version = static_cast<std::int64_t>(known.size()); version > 0; --version)
      look_at(client, path, version, result);
  look_at_names(client, result);
  return result;
}

bool EditedStore::judge() {
  auto client = daemon_.client();
  Look first = look(client);
  const auto status = final_status(client);
  const Look second = look(client);
  const bool reported = first.refused || second.refused || has_problem(status) ||
                        status.freshness == protocol::service::Freshness::mismatch;
  EXPECT_TRUE(reported || !second.deviates) << second.what << "and nobody was told";
  EXPECT_TRUE(daemon_.running());
  return reported;
}

}  // namespace strongroom::tests
