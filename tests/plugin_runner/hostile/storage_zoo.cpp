#include "tests/plugin_runner/hostile/storage_zoo.h"

#include <sodium.h>
#include <strongroom/abi/storage.h>

namespace strongroom::tests::hostile {
namespace {

using Clock = std::chrono::steady_clock;
using plugin_host::RunnerProcess;
using plugin_host::RunnerStorage;
using plugin_host::StorageV1;

// A storage may have 16 GiB; less of it shows sooner what becomes of one that wants more.
constexpr plugin_seam::Limits k_limits{.memory_bytes = 1ull << 30, .file_bytes = 1ull << 20, .descriptors = 64};

const BytesView k_scopes[] = {BytesView{}};

store::RowKey key_of(std::string_view key) {
  return {1, {}, as_bytes(key)};
}

Status get_from(store::ReadTransaction& transaction) {
  STRONGROOM_ASSIGN(const auto row, transaction.get(key_of("b")));
  if (!row) return make_error(ErrorCode::not_found, "there is no such row");
  return {};
}

Status scan_in(store::ReadTransaction& transaction) {
  return transaction.scan({.collection = 1, .scope = {}, .first = as_bytes("a"), .last = as_bytes("d"), .limit = 3},
                          [](BytesView, const store::RowView&) { return true; });
}

// Its destruction is a rollback.
Status read_once(store::Storage& storage) {
  STRONGROOM_ASSIGN(const auto transaction, storage.begin_read(k_scopes));
  return get_from(*transaction);
}

// The steps of a life, and where it has come to.
class Life {
 public:
  explicit Life(StorageOutcome& out) : out_(out) {}

  bool step(Step step, const auto& does) {
    const auto began = Clock::now();
    const Status status = does();
    ended_ = Clock::now();
    if (status) return true;
    out_.step = step;
    out_.error = status.error();
    out_.lasted = ended_ - began;
    return false;
  }

  bool write(store::Storage& storage) {
    std::unique_ptr<store::WriteTransaction> transaction;
    return step(Step::begin,
                [&]() -> Status {
                  STRONGROOM_ASSIGN(transaction, storage.begin_write(k_scopes));
                  return {};
                }) &&
           step(Step::get, [&] { return get_from(*transaction); }) &&
           step(Step::scan, [&] { return scan_in(*transaction); }) && step(Step::commit, [&]() -> Status {
             // What is written is only sent with the commit.
             STRONGROOM_CHECK(transaction->put(key_of("b"), 2, as_bytes("other")));
             return transaction->commit(1);
           });
  }

  void live(store::Storage& storage) {
    const auto check = [&]() -> Status {
      STRONGROOM_ASSIGN(const auto health, storage.health(false));
      out_.detail = health.detail;
      return {};
    };
    if (step(Step::health, check) && write(storage) && step(Step::again, [&] { return read_once(storage); }))
      step(Step::again, [&] { return read_once(storage); });
  }

  Clock::time_point ended() const { return ended_; }

 private:
  StorageOutcome& out_;
  Clock::time_point ended_;
};

}  // namespace

StorageZoo::StorageZoo(Zoo& zoo, const Deadlines& deadlines)
    : zoo_(zoo), deadlines_(deadlines), own_(zoo.house().folder() / "own") {
  std::filesystem::create_directories(own_);
}

plugin_host::PluginLog StorageZoo::log() {
  return [this](std::uint32_t, std::string_view line) { said_.append(line).append("\n"); };
}

Result<std::unique_ptr<RunnerProcess>> StorageZoo::start(const std::string& kind) {
  const std::string bytes = content_of(module_of(kind));
  plugin_host::Sha256 digest{};
  crypto_hash_sha256(digest.data(), as_bytes(bytes).data(), bytes.size());
  const Descriptor file(::open(module_of(kind).c_str(), O_RDONLY | O_CLOEXEC));
  STRONGROOM_ASSIGN(const Descriptor library, plugin_host::sealed_copy(file, digest));
  STRONGROOM_ASSIGN(auto program, plugin_host::runner_program());
  STRONGROOM_ASSIGN(auto process, RunnerProcess::start({std::move(program), log(), {}}));
  plugin_seam::LoadCall call;
  call.extension = SR_STORAGE_V1_ID;
  call.folder = own_.string();
  call.limits = k_limits;
  STRONGROOM_CHECK(process->load(call, library, deadlines_.load));
  return process;
}

Result<std::unique_ptr<StorageV1>> StorageZoo::open(const std::string& kind) {
  auto settings = zoo_.places();
  settings.emplace("scratch", own_);
  return RunnerStorage::open({.start = [this, kind] { return start(kind); },
                              .settings = std::move(settings),
                              .log = log(),
                              .deadlines = deadlines_,
                              .lanes = 1});
}

StorageOutcome StorageZoo::run(const std::string& kind) {
  StorageOutcome out;
  Life life(out);
  std::unique_ptr<StorageV1> storage;
  const bool opened = life.step(Step::open, [&]() -> Status {
    STRONGROOM_ASSIGN(storage, open(kind));
    return {};
  });
  if (opened) life.live(*storage);
  const auto ended = life.ended();
  if (const auto words = last_words_in(said_); words && out.error) out.noticed = ended.time_since_epoch() - *words;
  if (opened) {
    const auto health = storage->health(false);
    out.lost = !health && health.error().message.find("is started again soon") != std::string::npos;
  }
  const auto before = Clock::now();
  storage.reset();
  out.closed = Clock::now() - before;
  out.said = said_;
  return out;
}

}  // namespace strongroom::tests::hostile
