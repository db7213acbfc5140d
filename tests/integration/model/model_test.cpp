// Twenty thousand random operations, with stops and kills in between: the daemon says what the model says.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "tests/integration/model/model.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

// Paths where folders and secrets share names, in many scripts, deep and long.
const std::vector<std::string>& paths() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made{"a",        "a/b",  "a/b/c", "a/b/c/d", "b/a", "a b/c d", "ä/ö", "秘密/鍵/値",
                                  "a#?%/%2F", "ключ", "🔑/🔐", "A",       "a/B", "..a/b..", ".a",  "-/--"};
    std::string deep = "deep";
    for (int i = 0; i < 15; ++i) deep += "/l";
    made.push_back(deep);
    made.push_back(std::string(512, 'n'));
    for (int i = 0; i < 60; ++i) made.push_back("many/" + std::to_string(i));
    for (int i = 0; i < 30; ++i) made.push_back("many/" + std::to_string(i % 10) + "/" + std::to_string(i));
    return made;
  }();
  return all;
}

class ModelTest : public testing::Test {
 protected:
  ModelTest() {
    const std::uint64_t seed = std::random_device{}();
    random_.seed(seed);
    RecordProperty("seed", std::to_string(seed));
    trace_ = "seed " + std::to_string(seed);
  }

  void run(std::vector<std::string> flags, int operations, int restarts) {
    daemon_ = std::make_unique<TestDaemon>(std::move(flags));
    daemon_->start();
    client_.emplace(daemon_->client());
    for (int i = 0; i < operations && !HasFailure(); ++i) {
      SCOPED_TRACE(trace_ + ", operation " + std::to_string(i));
      step();
      if (restarts > 0 && i % (operations / restarts) == operations / restarts - 1) start_again();
    }
    SCOPED_TRACE(trace_ + ", at the end");
    expect_everything();
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  const std::string& some_path() { return paths()[below(paths().size())]; }

  std::string some_value() {
    constexpr std::size_t k_sizes[] = {0, 1, 2, 253, 254, 4095, 4096, 4097, 65'535, 65'536, 65'537};
    std::size_t size = below(40) < 30 ? below(40) : k_sizes[below(std::size(k_sizes))];
    if (below(400) == 0) size = 1024 * 1024;
    std::string value(size, '\0');
    const bool text = below(3) != 0;
    const std::uint64_t start = random_();
    for (std::size_t i = 0; i < size; ++i)
      value[i] = text ? static_cast<char>('!' + (start + i * 7) % 90) : static_cast<char>((start >> (i % 8 * 8)) + i);
    return value;
  }

  ModelFields some_fields() {
    if (below(200) == 0) {
      ModelFields full;
      for (int i = 0; i < 64; ++i) full["field " + std::to_string(i)] = std::to_string(random_());
      return full;
    }
    ModelFields fields;
    std::size_t bytes = 0;
    for (std::size_t left = 1 + below(3); left > 0; --left) {
      std::string value = some_value();
      bytes += value.size();
      if (bytes <= 1024 * 1024) fields[std::array{"value", "user", "naïve", "x"}[below(4)]] = std::move(value);
    }
    return fields;
  }

  static wire::PutRequest request_of(const std::string& path, const ModelFields& fields) {
    wire::PutRequest request;
    request.path = path;
    for (const auto& [name, value] : fields) request.fields_.push_back({name, Secret(as_bytes(value))});
    request.base64 = protocol::pack_values(request.fields_);
    return request;
  }

  template <class Answer>
  static ModelFields fields_of(Answer& answer, std::optional<std::vector<std::string>> base64) {
    EXPECT_TRUE(protocol::unpack_values(answer, base64));
    ModelFields fields;
    for (const auto& [name, value] : answer) fields[name] = value.reveal_text(RevealReason::test);
    return fields;
  }

  template <class T>
  void expect_same(const Result<T>& said, const ModelAnswer<std::int64_t>& expected, const std::string& path) {
    ASSERT_EQ(said.has_value(), expected.value.has_value()) << path << (said ? "" : ": " + said.error().message);
    if (said)
      EXPECT_EQ(said->version, *expected.value) << path;
    else
      EXPECT_EQ(said.error().code, expected.error) << path << said.error().message;
  }

  void expect_fields(const ModelFields& said, const ModelFields& expected, const std::string& path) {
    EXPECT_TRUE(said == expected) << path << ": other fields or values";
  }

  // Fields that a version may have together with those that merging keeps: the daemon's bound of 1 MiB is not this
  // test's.
  bool too_much(const std::string& path, const ModelFields& fields) const {
    std::size_t bytes = 0;
    for (const auto& [name, value] : fields) bytes += value.size();
    if (const ModelSecret* secret = model_.find(path))
      for (const auto& [name, value] : secret->versions.at(secret->current).fields) bytes += value.size();
    return bytes > 1024 * 1024;
  }

  void do_put() {
    const std::string& path = some_path();
    const ModelFields fields = some_fields();
    const bool merge = below(4) == 0 && !too_much(path, fields);
    std::optional<std::int64_t> check;
    if (below(5) == 0) {
      const ModelSecret* secret = model_.find(path);
      check = (secret ? secret->current : 0) + static_cast<std::int64_t>(below(2));
    }
    auto request = request_of(path, fields);
    if (merge) request.merge = true;
    request.check_version = check;
    expect_same(client_->call<wire::Put>(request), model_.put(path, fields, merge, check), path);
  }

  void do_get() {
    const std::string& path = some_path();
    wire::GetRequest request;
    request.path = path;
    if (below(3) == 0) request.version = 1 + static_cast<std::int64_t>(below(30));
    const auto expected = model_.get(path, request.version);
    auto said = client_->call<wire::Get>(request);
    ASSERT_EQ(said.has_value(), expected.value.has_value()) << path << (said ? "" : said.error().message);
    if (said)
      expect_fields(fields_of(said->fields_, said->base64), *expected.value, path);
    else
      EXPECT_EQ(said.error().code, expected.error) << path;
  }

  void do_delete() {
    const std::string& path = some_path();
    expect_same(client_->call<wire::Delete>({.path = path}), model_.remove(path), path);
  }

  void do_undelete() {
    const std::string& path = some_path();
    expect_same(client_->call<wire::Undelete>({.path = path}), model_.take_back(path), path);
  }

  void do_put_many() {
    wire::PutManyRequest request;
    std::vector<std::pair<std::string, ModelFields>> items;
    for (std::size_t left = 1 + below(12); left > 0; --left) {
      items.emplace_back(some_path(), ModelFields{{"value", std::to_string(random_())}});
      request.items.push_back(request_of(items.back().first, items.back().second));
    }
    const auto said = client_->call<wire::PutMany>(request);
    ASSERT_TRUE(said) << said.error().message;
    ASSERT_EQ(said->items.size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_EQ(said->items[i].path, items[i].first);
      EXPECT_EQ(said->items[i].version, model_.put(items[i].first, items[i].second, false, {}).value);
    }
  }

  void do_get_many() {
    wire::GetManyRequest request;
    // Few enough that their answer stays below its bound.
    for (std::size_t left = 1 + below(6); left > 0; --left)
      request.items.push_back({.path = some_path(), .version = {}, .only = {}});
    auto said = client_->call<wire::GetMany>(request);
    ASSERT_TRUE(said) << said.error().message;
    ASSERT_EQ(said->items.size(), request.items.size());
    for (std::size_t i = 0; i < request.items.size(); ++i) {
      auto& item = said->items[i];
      const auto expected = model_.get(request.items[i].path, {});
      EXPECT_EQ(item.path, request.items[i].path);
      ASSERT_EQ(item.problem.has_value(), !expected.value) << item.path;
      if (item.problem)
        EXPECT_EQ(error_code_of_varlink(item.problem->error), expected.error) << item.path;
      else
        expect_fields(fields_of(*item.fields_, item.base64), *expected.value, item.path);
    }
  }

  void do_history() {
    const std::string& path = some_path();
    const auto said = client_->call<wire::GetHistory>({.path = path});
    const ModelSecret* expected = model_.find(path);
    ASSERT_EQ(said.has_value(), expected != nullptr) << path;
    if (!said) return;
    ASSERT_EQ(said->versions.size(), expected->versions.size()) << path;
    auto version = expected->versions.rbegin();
    for (const auto& entry : said->versions) {
      EXPECT_EQ(entry.version, version->first) << path;
      EXPECT_EQ(entry.deleted_ms.has_value(), version->second.deleted) << path;
      EXPECT_EQ(entry.destroyed.value_or(false), version->second.destroyed) << path;
      EXPECT_EQ(entry.current, version->first == expected->current) << path;
      ++version;
    }
    EXPECT_EQ(said->versions_kept, static_cast<std::int64_t>(expected->kept)) << path;
    EXPECT_EQ(said->check_required, expected->check_required) << path;
    const auto labels = said->labels.value_or(std::vector<std::string>{});
    EXPECT_EQ(std::set(labels.begin(), labels.end()), expected->labels) << path;
  }

  const std::string& some_folder() {
    static const std::vector<std::string> folders{"", "a", "a/b", "many", "many/3", "秘密", "nothing", "moved/far"};
    return folders[below(folders.size())];
  }

  template <class T>
  void expect_count(const Result<T>& said, const ModelAnswer<std::int64_t>& expected, const std::string& path) {
    ASSERT_EQ(said.has_value(), expected.value.has_value()) << path << (said ? "" : ": " + said.error().message);
    if (said)
      EXPECT_EQ(said->count, *expected.value) << path;
    else
      EXPECT_EQ(said.error().code, expected.error) << path << said.error().message;
  }

  void do_destroy() {
    const std::string& path = some_path();
    wire::DestroyRequest request{.path = path};
    const auto version = static_cast<std::int64_t>(below(15));
    if (version != 0) request.versions = {version};
    const auto expected = model_.destroy(path, version);
    const auto said = client_->call<wire::Destroy>(request);
    ASSERT_EQ(said.has_value(), expected.value.has_value()) << path;
    if (said)
      EXPECT_EQ(said->versions.size(), *expected.value ? 1u : 0u) << path;
    else
      EXPECT_EQ(said.error().code, expected.error) << path;
  }

  void do_purge() {
    const std::string& path = some_path();
    if (below(8) != 0) return expect_count(client_->call<wire::Purge>({.path = path}), model_.purge(path), path);
    const std::string& folder = some_folder();
    if (folder.empty()) return;
    expect_count(client_->call<wire::Purge>({.path = folder, .recursive = true}), model_.purge_tree(folder), folder);
  }

  void do_move() {
    const std::string& from = some_path();
    const std::string& to = some_path();
    if (below(3) != 0)
      return expect_count(client_->call<wire::Move>({.from = from, .to = to}), model_.move(from, to), to);
    const std::string& source = some_folder();
    const std::string& target = some_folder();
    if (source.empty() || target.empty()) return;
    const auto said = client_->call<wire::Move>({.from = source, .to = target, .recursive = true});
    const auto expected = model_.move_tree(source, target);
    // Which of several reasons is met first depends on the order of keys.
    ASSERT_EQ(said.has_value(), expected.value.has_value()) << source << " to " << target;
    if (said) {
      EXPECT_EQ(said->count, *expected.value);
    }
  }

  void do_copy() {
    const std::string& from = some_path();
    const std::string& to = some_path();
    expect_same(client_->call<wire::Copy>({.from = from, .to = to}), model_.copy(from, to), from + " to " + to);
  }

  void do_roll_back() {
    const std::string& path = some_path();
    const auto version = 1 + static_cast<std::int64_t>(below(15));
    expect_same(client_->call<wire::Rollback>({.path = path, .version = version}), model_.roll_back(path, version),
                path);
  }

  void do_describe() {
    const std::string& path = some_path();
    wire::UpdateRequest request{.path = path};
    request.add_labels = {"label " + std::to_string(below(5))};
    request.remove_labels = {"label " + std::to_string(below(5))};
    request.versions_kept = static_cast<std::int64_t>(std::array{1, 3, 10, 10, 12}[below(5)]);
    request.check_required = below(20) == 0;
    const bool expected = model_.describe(path, request.add_labels->front(), request.remove_labels->front(),
                                          static_cast<std::size_t>(*request.versions_kept), *request.check_required);
    EXPECT_EQ(client_->call<wire::Update>(request).has_value(), expected) << path;
  }

  void do_search() {
    const std::string& folder = some_folder();
    wire::SearchRequest request;
    request.text = std::array{"a", "label 3", "/1", "鍵", "nothing like it", ""}[below(6)];
    if (!folder.empty()) request.prefix = folder;
    request.deleted = below(2) == 0;
    request.limit = 1 + static_cast<std::int64_t>(below(40));
    std::vector<std::string> said;
    do {
      const auto page = client_->call<wire::Search>(request);
      ASSERT_TRUE(page) << page.error().message;
      for (const auto& secret : page->secrets) said.push_back(secret.path);
      request.cursor = page->cursor;
    } while (request.cursor);
    EXPECT_TRUE(std::ranges::is_sorted(said));
    // The only capital letters of these paths.
    auto expected = model_.search(folder, *request.text, *request.deleted);
    if (*request.text == "a")
      for (const auto& path : model_.search(folder, "A", *request.deleted)) expected.insert(path);
    EXPECT_EQ(std::set(said.begin(), said.end()), expected) << folder << " " << *request.text;
    EXPECT_EQ(said.size(), expected.size());
  }

  void do_list(std::int64_t limit) {
    wire::ListRequest request;
    const std::string& folder = some_folder();
    if (!folder.empty()) request.prefix = folder;
    request.recursive = below(2) == 0;
    request.deleted = below(2) == 0;
    request.limit = limit;
    std::set<std::string> names;
    do {
      const auto page = client_->call<wire::List>(request);
      ASSERT_TRUE(page) << folder << page.error().message;
      EXPECT_LE(page->entries.size(), static_cast<std::size_t>(limit));
      for (const auto& entry : page->entries) {
        EXPECT_TRUE(names.insert(entry.path).second) << entry.path << " twice";
        EXPECT_EQ(entry.folder, entry.path.ends_with('/'));
        if (entry.folder) continue;
        const ModelSecret* secret = model_.find(entry.path);
        ASSERT_TRUE(secret) << entry.path;
        EXPECT_EQ(entry.version, secret->current) << entry.path;
        EXPECT_EQ(entry.deleted.value_or(false), secret->hidden()) << entry.path;
      }
      request.cursor = page->cursor;
    } while (request.cursor);
    EXPECT_EQ(names, model_.list(folder, *request.recursive, *request.deleted))
        << "folder '" << folder << "' limit " << limit;
  }

  void step() {
    const std::size_t choice = below(120);
    if (choice < 35) return do_put();
    if (choice < 55) return do_get();
    if (choice < 61) return do_delete();
    if (choice < 65) return do_undelete();
    if (choice < 72) return do_put_many();
    if (choice < 78) return do_get_many();
    if (choice < 86) return do_history();
    if (choice < 89) return do_destroy();
    if (choice < 92) return do_purge();
    if (choice < 96) return do_move();
    if (choice < 101) return do_copy();
    if (choice < 105) return do_roll_back();
    if (choice < 109) return do_describe();
    if (choice < 112) return do_search();
    do_list(below(3) == 0 ? 10'000 : 1 + static_cast<std::int64_t>(below(30)));
  }

  void start_again() {
    if (below(2) == 0)
      daemon_->kill();
    else
      EXPECT_EQ(daemon_->stop().exit_code, 0);
    daemon_->start();
    const auto status = compared_status(*client_);
    EXPECT_EQ(status.freshness, protocol::service::Freshness::unverified);
  }

  void expect_everything() {
    std::int64_t most = 0;
    for (const auto& [path, secret] : model_.all()) {
      most = std::max(most, secret.current);
      for (const auto& [number, version] : secret.versions) {
        wire::GetRequest request;
        request.path = path;
        request.version = number;
        auto said = client_->call<wire::Get>(request);
        ASSERT_EQ(said.has_value(), !version.deleted && !version.destroyed) << path << " " << number;
        if (said) expect_fields(fields_of(said->fields_, said->base64), version.fields, path);
      }
    }
    EXPECT_GT(most, 10) << "no secret ever lost its oldest version";
  }

  std::string trace_;
  std::mt19937_64 random_;
  Model model_;
  std::unique_ptr<TestDaemon> daemon_;
  std::optional<client::Client> client_;
};

TEST_F(ModelTest, HoldsOnSqliteOverStopsAndKills) {
  run({}, 20'000, 40);
}

TEST_F(ModelTest, HoldsOnMemory) {
  run({"--storage", "memory"}, 5'000, 0);
}

}  // namespace
}  // namespace strongroom::tests
