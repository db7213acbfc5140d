#include "daemon/runner/storage_session.h"

#include <unistd.h>

#include <thread>

#include <strongroom/plugin/guard.h>

#include "daemon/runner/sentence.h"

namespace strongroom::runner {
namespace {

using plugin_seam::Operation;
using plugin_seam::Outcome;
using plugin_seam::ReadOperation;

constexpr std::chrono::hours k_idle(24 * 365);
// Nobody reads them until the next call on the channel of the process, whose buffer must hold them.
constexpr int k_most_aside_lines = 100;

// The channel of the call that runs on this thread; null on threads of the plugin's own.
thread_local Answers* channel_of_call = nullptr;

Error malformed() {
  return make_error(ErrorCode::malformed, "the daemon's call comes out of turn");
}

}  // namespace

// A frame under way.
struct StorageSession::Call {
  std::uint64_t number;
  sr_transaction* transaction;
  Answers& answers;
  Bytes& rows;  // that go back

  // [call-thread] of a get or scan.
  static sr_status take(void* context, sr_bytes key, std::uint64_t version, sr_bytes value) {
    Call& call = *static_cast<Call*>(context);
    if (!call.rows.empty() && call.rows.size() + value.size > plugin_seam::k_rows_back) {
      call.answers.rows_back(call.rows);
      call.rows.clear();
    }
    plugin_seam::write_row(call.rows, key, version, value);
    return SR_OK;
  }

  sr_row_sink sink() { return {sizeof(sr_row_sink), 0, this, &take}; }
};

class StorageSession::Speaks {
 public:
  explicit Speaks(Answers& answers) { channel_of_call = &answers; }

  ~Speaks() { channel_of_call = nullptr; }

  Speaks(const Speaks&) = delete;
  Speaks& operator=(const Speaks&) = delete;
};

StorageSession::StorageSession(const sr_storage_v1& table)
    : table_(table), host_{sizeof(sr_host), 0, this, &StorageSession::take_log} {}

// A line goes where the daemon waits for the call that logs it.
void StorageSession::take_log(void* context, std::uint32_t level, sr_bytes line) {
  auto& session = *static_cast<StorageSession*>(context);
  if (channel_of_call == nullptr && ++session.aside_lines_ > k_most_aside_lines) return;
  Answers* const answers = channel_of_call != nullptr ? channel_of_call : session.main_.load();
  answers->log(level, as_text(plugin::from_abi(line)));
}

Result<Outcome> StorageSession::open(BytesView content, Answers& answers) {
  if (storage_ != nullptr) return malformed();
  main_ = &answers;
  const Speaks speaks(answers);
  STRONGROOM_ASSIGN(const auto call, plugin_seam::decode_open_storage(content));
  std::vector<sr_setting> settings;
  for (const auto& [name, value] : call.settings)
    settings.push_back({plugin::to_abi(std::string_view(name)), plugin::to_abi(std::string_view(value))});
  const sr_storage_config config{sizeof(sr_storage_config), static_cast<std::uint32_t>(settings.size()),
                                 settings.data()};
  const Sentence said;
  const sr_status status = table_.open(&config, &host_, &storage_, said.sink());
  if (status != SR_OK) storage_ = nullptr;
  if (status == SR_OK && storage_ == nullptr)
    return Outcome{SR_FAILED, "the plugin opened a storage and gave no handle for it", {}};
  return said.outcome(status);
}

void StorageSession::serve(platform::Descriptor socket) {
  std::thread([this, channel = std::make_shared<plugin_seam::Channel>(std::move(socket))] {
    Answers answers(*channel);
    const Speaks speaks(answers);
    Bytes room;
    for (;;) {
      const auto frame = channel->receive(k_idle);
      if (!frame || frame->kind != static_cast<std::uint32_t>(plugin_seam::Call::transact)) _exit(0);
      const auto outcome = transact(frame->content, answers, room);
      if (!outcome) _exit(1);
      if (*outcome) answers.done(**outcome);
    }
  }).detach();
}

Result<Outcome> StorageSession::health(BytesView content, Bytes& room, Answers& answers) {
  if (storage_ == nullptr) return malformed();
  const Speaks speaks(answers);
  aside_lines_ = 0;
  ByteReader reader(content);
  const std::uint32_t flags = reader.u32();
  room.clear();
  const sr_health_sink sink{sizeof(sr_health_sink), 0, &room, [](void* context, const sr_storage_health* health) {
                              if (health == nullptr || health->size < sizeof(sr_storage_health)) return;
                              *static_cast<Bytes*>(context) = plugin_seam::encode(*health);
                            }};
  const Sentence said;
  Outcome outcome = said.outcome(table_.health(storage_, flags, &sink, said.sink()));
  outcome.content = room;
  return outcome;
}

Result<Outcome> StorageSession::backup(Answers& answers) {
  if (storage_ == nullptr) return malformed();
  const Speaks speaks(answers);
  aside_lines_ = 0;
  const sr_byte_sink sink{sizeof(sr_byte_sink), 0, &answers, [](void* context, sr_bytes piece) -> sr_status {
                            static_cast<Answers*>(context)->rows_back(plugin::from_abi(piece));
                            return SR_OK;
                          }};
  const Sentence said;
  return said.outcome(table_.backup(storage_, &sink, said.sink()));
}

sr_transaction* StorageSession::find(std::uint64_t number) {
  const std::lock_guard guard(mutex_);
  const auto found = transactions_.find(number);
  return found == transactions_.end() ? nullptr : found->second;
}

void StorageSession::put(std::uint64_t number, sr_transaction* transaction) {
  const std::lock_guard guard(mutex_);
  transactions_.emplace(number, transaction);
}

void StorageSession::forget(std::uint64_t number) {
  const std::lock_guard guard(mutex_);
  transactions_.erase(number);
}

Result<std::optional<Outcome>> StorageSession::transact(BytesView content, Answers& answers, Bytes& room) {
  ByteReader reader(content);
  const std::uint64_t number = reader.u64();
  if (storage_ == nullptr || !reader.ok()) return malformed();
  room.clear();
  Call call{number, find(number), answers, room};
  Outcome outcome;
  Operation last{};
  std::uint32_t done = 0;
  for (; reader.left() > 0 && outcome.status == SR_OK; ++done) {
    STRONGROOM_ASSIGN(const ReadOperation operation, plugin_seam::read_operation(reader));
    last = operation.operation;
    // A transaction that is not there any more was ended by a failure that the daemon has heard of.
    if (last != Operation::begin && call.transaction == nullptr)
      outcome = {SR_INVALID, "there is no such transaction", {}};
    else
      outcome = run(call, operation);
  }
  if (outcome.status != SR_OK) {
    Bytes failed;
    ByteWriter(failed).u32(done - 1);
    room.swap(failed);
  }
  outcome.content = room;
  if (last == Operation::rollback) return std::optional<Outcome>();
  return std::optional(std::move(outcome));
}

Outcome StorageSession::run(Call& call, const ReadOperation& operation) {
  const Sentence said;
  const sr_row_sink sink = call.sink();
  sr_transaction* const transaction = call.transaction;
  switch (operation.operation) {
    case Operation::begin:
      return begin(call, operation);
    case Operation::get:
      return said.outcome(table_.get(transaction, &operation.key, &sink, said.sink()));
    case Operation::scan:
      return said.outcome(table_.scan(transaction, &operation.range, &sink, said.sink()));
    case Operation::put:
      return said.outcome(table_.put(transaction, &operation.key, operation.version, operation.value, said.sink()));
    case Operation::put_if:
      return said.outcome(table_.put_if(transaction, &operation.key, operation.expected, operation.version,
                                        operation.value, said.sink()));
    case Operation::erase:
      return said.outcome(table_.erase(transaction, &operation.key, said.sink()));
    case Operation::savepoint:
      return said.outcome(table_.savepoint(transaction, said.sink()));
    case Operation::release:
      return said.outcome(table_.release(transaction, said.sink()));
    case Operation::rollback_to:
      return said.outcome(table_.rollback_to(transaction, said.sink()));
    case Operation::commit:
    case Operation::rollback:
      return end(call, operation);
  }
  return {SR_INVALID, "there is no such operation", {}};
}

Outcome StorageSession::begin(Call& call, const ReadOperation& operation) {
  if (call.transaction != nullptr) return {SR_INVALID, "the transaction has begun already", {}};
  const Sentence said;
  const sr_status status =
      table_.begin(storage_, operation.flags, operation.scopes.data(),
                   static_cast<std::uint32_t>(operation.scopes.size()), &call.transaction, said.sink());
  if (status != SR_OK) {
    call.transaction = nullptr;
    return said.outcome(status);
  }
  if (call.transaction == nullptr) return {SR_FAILED, "the plugin began a transaction and gave no handle for it", {}};
  put(call.number, call.transaction);
  return {};
}

Outcome StorageSession::end(Call& call, const ReadOperation& operation) {
  sr_transaction* const transaction = std::exchange(call.transaction, nullptr);
  forget(call.number);
  if (operation.operation == Operation::rollback) {
    table_.rollback(transaction);
    return {};
  }
  const Sentence said;
  return said.outcome(table_.commit(transaction, operation.expected, said.sink()));
}

}  // namespace strongroom::runner
