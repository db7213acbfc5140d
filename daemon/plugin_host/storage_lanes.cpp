#include "daemon/plugin_host/storage_lanes.h"

#include <chrono>

#include <strongroom/plugin/guard.h>

#include "daemon/plugin_host/runner_storage.h"

namespace strongroom::plugin_host {
namespace {

using Answer = plugin_seam::Answer;
using plugin_seam::Call;
using plugin_seam::Outcome;

using Clock = std::chrono::steady_clock;

constexpr int k_most_asides = 2000;

Error broken() {
  return make_error(ErrorCode::plugin_unavailable, "the storage's process sent something that is no answer");
}

Error endless() {
  return make_error(ErrorCode::timeout, "the storage's answer does not end");
}

}  // namespace

// A lane while a call is under way on it.
class StorageLanes::Held {
 public:
  explicit Held(StorageLanes& lanes) : lanes_(lanes), number_(lanes.take_lane()) {}

  ~Held() { lanes_.give_lane(number_); }

  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  plugin_seam::Channel& channel() const { return *lanes_.lanes_[number_]; }

 private:
  StorageLanes& lanes_;
  std::size_t number_;
};

Result<std::shared_ptr<StorageLanes>> StorageLanes::open(std::unique_ptr<RunnerProcess> process,
                                                         const PluginSettings& settings, std::size_t lanes,
                                                         PluginLog log, const Deadlines& deadlines) {
  std::shared_ptr<StorageLanes> made(new StorageLanes(std::move(process), std::move(log), deadlines));
  for (std::size_t i = 0; i < lanes; ++i) {
    STRONGROOM_ASSIGN(auto pair, plugin_seam::connected_pair());
    const int theirs[] = {pair.theirs.get()};
    STRONGROOM_CHECK(made->process_->send(Call::add_lane, {}, theirs, deadlines.call));
    made->lanes_.push_back(std::make_unique<plugin_seam::Channel>(std::move(pair.ours)));
    made->free_.push_back(i);
  }
  STRONGROOM_CHECK(made->process_->send(Call::open_storage, plugin_seam::encode(plugin_seam::OpenStorageCall{settings}),
                                        {}, deadlines.call));
  STRONGROOM_ASSIGN(const auto answer, made->process_->receive(deadlines.load));
  if (answer.taken || answer.piece) return broken();
  const Outcome& outcome = answer.outcome;
  if (outcome.status == SR_OK) return made;
  return make_error(code_of(outcome.status), outcome.sentence.empty()
                                                 ? "the storage cannot be opened"
                                                 : printable(plugin::to_abi(as_bytes(outcome.sentence))));
}

std::size_t StorageLanes::take_lane() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !free_.empty(); });
  const std::size_t lane = free_.back();
  free_.pop_back();
  return lane;
}

void StorageLanes::give_lane(std::size_t lane) {
  {
    const std::lock_guard guard(mutex_);
    free_.push_back(lane);
  }
  freed_.notify_one();
}

// The other calls hear of it from their channels, which end with the process.
sr_status StorageLanes::lose(const Error& error, const sr_error_sink* sink) {
  lost_ = true;
  end();
  plugin::report(sink, error.message);
  return k_unavailable;
}

void StorageLanes::end() {
  process_->stop();
}

sr_status StorageLanes::told(const Outcome& outcome, const sr_error_sink* error) {
  if (outcome.status == SR_OK) return SR_OK;
  if (!outcome.sentence.empty()) plugin::report(error, outcome.sentence);
  // The daemon's own number is nobody else's.
  return outcome.status == k_unavailable ? SR_FAILED : outcome.status;
}

// False: the rows are malformed.
bool StorageLanes::take_rows(BytesView content, const TakeRow& take, bool& wanted) const {
  ByteReader reader(content);
  while (reader.left() > 0) {
    const auto row = plugin_seam::read_row(reader);
    if (!row) return false;
    if (wanted) wanted = take && take(*row);
  }
  return true;
}

// Each frame begins the time of a call anew, so an answer has bounds of its own: that of the longest call for what was
// waited for it, which leaves out what its rows took here, and that of a call for what nobody wants any more.
Result<Outcome> StorageLanes::await(plugin_seam::Channel& channel, const TakeRow& take) {
  bool wanted = true;
  Clock::duration waited{0};
  Clock::time_point last_wanted{};
  for (int asides = 0; asides < k_most_asides;) {
    const auto before = Clock::now();
    STRONGROOM_ASSIGN(const auto frame, channel.receive(deadlines_.call));
    const auto now = Clock::now();
    waited += now - before;
    if (waited > deadlines_.end || (!wanted && now - last_wanted > deadlines_.call)) return endless();
    if (!frame.descriptors.empty())
      return make_error(ErrorCode::plugin_unavailable, "the storage's process sent descriptors that nobody asked for");
    ByteReader reader(frame.content);
    switch (static_cast<Answer>(frame.kind)) {
      case Answer::rows_back: {
        const bool was_wanted = wanted;
        if (frame.content.empty() || !take_rows(frame.content, take, wanted)) return broken();
        if (was_wanted) last_wanted = Clock::now();
        continue;
      }
      case Answer::log: {
        ++asides;
        const std::uint32_t level = reader.u32();
        const auto line = reader.bytes(SR_MAX_TEXT);
        if (log_ && reader.ok()) log_(level, printable(plugin::to_abi(line)));
        continue;
      }
      case Answer::working:
        ++asides;
        continue;
      case Answer::done: {
        STRONGROOM_ASSIGN(auto outcome, plugin_seam::decode_outcome(frame.content));
        if (outcome.status == SR_OK && !take_rows(outcome.content, take, wanted)) return broken();
        return outcome;
      }
      default:
        return broken();
    }
  }
  return broken();
}

StorageLanes::Transacted StorageLanes::transact(BytesView content, const TakeRow& take, const sr_error_sink* error) {
  const Held lane(*this);
  if (Status sent = lane.channel().send(static_cast<std::uint32_t>(Call::transact), content, {}, deadlines_.call);
      !sent)
    return {lose(sent.error(), error), 0};
  const auto outcome = await(lane.channel(), take);
  if (!outcome) return {lose(outcome.error(), error), 0};
  if (outcome->status == SR_OK) return {};
  return {told(*outcome, error), ByteReader(outcome->content).u32()};
}

void StorageLanes::tell(BytesView content) {
  const Held lane(*this);
  if (lane.channel().send(static_cast<std::uint32_t>(Call::transact), content, {}, deadlines_.call)) return;
  lost_ = true;
  end();
}

sr_status StorageLanes::health(std::uint32_t flags, const sr_health_sink* sink, const sr_error_sink* error) {
  std::unique_lock guard(process_mutex_, std::try_to_lock);
  if (!guard && flags == SR_HEALTH_QUICK && tell_last_health(sink)) return SR_OK;
  if (!guard) guard.lock();
  Bytes content;
  ByteWriter(content).u32(flags);
  if (Status sent = process_->send(Call::health, content, {}, deadlines_.call); !sent) return lose(sent.error(), error);
  const auto answer = process_->receive(flags == SR_HEALTH_QUICK ? deadlines_.call : deadlines_.check);
  if (!answer) return lose(answer.error(), error);
  if (answer->outcome.status != SR_OK) return told(answer->outcome, error);
  const auto health = plugin_seam::decode_health(answer->outcome.content);
  if (!health) return lose(health.error(), error);
  {
    const std::lock_guard remembering(health_mutex_);
    last_health_ = *health;
    last_detail_.assign(plugin::from_abi(health->detail).begin(), plugin::from_abi(health->detail).end());
  }
  sink->health(sink->context, &*health);
  return SR_OK;
}

// While a thorough check or a backup has the process's own channel, nobody who only looks waits for it.
bool StorageLanes::tell_last_health(const sr_health_sink* sink) {
  const std::lock_guard guard(health_mutex_);
  if (!last_health_) return false;
  last_health_->detail = plugin::to_abi(BytesView(last_detail_));
  sink->health(sink->context, &*last_health_);
  return true;
}

sr_status StorageLanes::backup(const sr_byte_sink* sink, const sr_error_sink* error) {
  const std::lock_guard guard(process_mutex_);
  if (Status sent = process_->send(Call::backup, {}, {}, deadlines_.call); !sent) return lose(sent.error(), error);
  sr_status taken = SR_OK;
  Clock::time_point last_wanted{};
  for (;;) {
    const auto answer = process_->receive(taken == SR_OK ? deadlines_.end : deadlines_.call);
    if (!answer) return lose(answer.error(), error);
    if (!answer->piece) return taken != SR_OK ? taken : told(answer->outcome, error);
    if (taken == SR_OK) {
      taken = sink->write(sink->context, plugin::to_abi(*answer->piece));
      last_wanted = Clock::now();
    } else if (Clock::now() - last_wanted > deadlines_.call) {
      return lose(endless(), error);
    }
  }
}

}  // namespace strongroom::plugin_host
