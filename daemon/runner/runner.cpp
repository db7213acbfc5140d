#include "daemon/runner/runner.h"

#include <optional>

#include "daemon/runner/export_session.h"
#include "daemon/runner/library.h"
#include "daemon/runner/monitor_session.h"
#include "daemon/runner/sandbox.h"
#include "daemon/runner/storage_session.h"

namespace strongroom::runner {
namespace {

using plugin_seam::Call;
using plugin_seam::Outcome;

// The daemon may leave a plugin alone for as long as it likes.
constexpr std::chrono::hours k_idle(24 * 365);

constexpr const char* k_exporter_functions[] = {"begin", "sheet", "rows", "end", "abandon"};
constexpr const char* k_monitor_functions[] = {"open", "events", "metrics", "close"};
constexpr const char* k_storage_functions[] = {"open",    "close",       "health", "begin",    "get",
                                               "scan",    "put",         "put_if", "erase",    "savepoint",
                                               "release", "rollback_to", "commit", "rollback", "backup"};

class Runner {
 public:
  explicit Runner(platform::Descriptor socket) : channel_(std::move(socket)), answers_(channel_) {}

  int run() {
    for (;;) {
      auto frame = channel_.receive(k_idle);
      if (!frame) return 0;
      const auto outcome = answer(*frame);
      if (!outcome) return 1;
      // An outcome of rows is only said when it is bad: whoever sends rows waits for free slots, not for each call.
      const auto call = static_cast<Call>(frame->kind);
      const bool expected = call != Call::rows && call != Call::add_lane;
      if (expected || outcome->status != SR_OK) answers_.done(*outcome);
    }
  }

 private:
  Result<Outcome> answer(plugin_seam::Frame& frame) {
    auto descriptors = std::move(frame.descriptors);
    switch (static_cast<Call>(frame.kind)) {
      case Call::load:
        return load(frame.content, std::move(descriptors));
      case Call::begin_export:
        return exports_ ? exports_->begin(frame, std::move(descriptors)) : out_of_turn();
      case Call::sheet:
        return exports_ ? exports_->sheet(frame.content) : out_of_turn();
      case Call::rows:
        return exports_ ? exports_->rows(frame.content) : out_of_turn();
      case Call::end_export:
        return exports_ ? exports_->end() : out_of_turn();
      case Call::open_monitor:
        return monitor_ ? monitor_->open(frame.content, std::move(descriptors)) : out_of_turn();
      case Call::events:
        return monitor_ ? monitor_->events(frame.content) : out_of_turn();
      case Call::metrics:
        return monitor_ ? monitor_->metrics(frame.content) : out_of_turn();
      default:
        return storage_ ? answer_of_storage(frame, std::move(descriptors)) : out_of_turn();
    }
  }

  Result<Outcome> answer_of_storage(const plugin_seam::Frame& frame, std::vector<platform::Descriptor> descriptors) {
    switch (static_cast<Call>(frame.kind)) {
      case Call::add_lane:
        if (descriptors.size() != 1) return out_of_turn();
        lanes_.push_back(std::move(descriptors.front()));
        return Outcome{};
      case Call::open_storage: {
        auto opened = storage_->open(frame.content, answers_);
        if (opened && opened->status == SR_OK)
          for (auto& lane : lanes_) storage_->serve(std::move(lane));
        lanes_.clear();
        return opened;
      }
      case Call::health:
        return storage_->health(frame.content, room_, answers_);
      case Call::backup:
        return storage_->backup(answers_);
      default:
        return out_of_turn();
    }
  }

  static Result<Outcome> out_of_turn() {
    return make_error(ErrorCode::malformed, "the daemon's call comes out of turn");
  }

  Result<Outcome> load(BytesView content, std::vector<platform::Descriptor> descriptors) {
    if (exports_ || storage_ || monitor_ || descriptors.size() != 1) return out_of_turn();
    STRONGROOM_ASSIGN(const auto call, plugin_seam::decode_load(content));
    auto loaded = load_confined(call, std::move(descriptors.front()));
    if (!loaded) return Outcome{SR_FAILED, loaded.error().message, {}};
    loaded_ = plugin_seam::encode(*loaded);
    return Outcome{SR_OK, {}, loaded_};
  }

  Result<plugin_seam::Loaded> load_confined(const plugin_seam::LoadCall& call, platform::Descriptor file) {
    Permits permits{library_places(), {}, call.folder, call.serves, call.limits};
    if (!call.scratch.empty()) permits.writable.push_back(call.scratch);
    STRONGROOM_ASSIGN(const Confined confined, confine_process(permits));
    if (call.require_sandbox && !(confined.files && confined.calls))
      return make_error(ErrorCode::plugin_unavailable,
                        "this system cannot confine the plugin; 'plugins.require_sandbox = false' allows it all the "
                        "same");
    STRONGROOM_ASSIGN(const Library library, load_library(std::move(file)));
    STRONGROOM_CHECK(take_table(call.extension, *library.entry));
    const auto& info = library.info;
    return plugin_seam::Loaded{info.id, info.name, info.version, info.abi_minor, confined.files, confined.calls};
  }

  Status take_table(const std::string& extension, const sr_plugin_entry& entry) {
    const void* table = entry.get_extension(extension.c_str());
    if (extension == SR_EXPORTER_V1_ID) {
      STRONGROOM_CHECK(plugin_seam::check_table(table, k_exporter_functions, extension));
      exports_.emplace(*static_cast<const sr_exporter_v1*>(table), answers_);
      return {};
    }
    if (extension == SR_MONITOR_V1_ID) {
      STRONGROOM_CHECK(plugin_seam::check_table(table, k_monitor_functions, extension));
      monitor_.emplace(*static_cast<const sr_monitor_v1*>(table), answers_);
      return {};
    }
    if (extension == SR_STORAGE_V1_ID) {
      STRONGROOM_CHECK(plugin_seam::check_table(table, k_storage_functions, extension));
      storage_.emplace(*static_cast<const sr_storage_v1*>(table));
      return {};
    }
    return make_error(ErrorCode::plugin_unavailable, "this runner does not know the extension");
  }

  plugin_seam::Channel channel_;
  Answers answers_;
  std::optional<ExportSession> exports_;
  std::optional<MonitorSession> monitor_;
  std::optional<StorageSession> storage_;
  std::vector<platform::Descriptor> lanes_;  // until the storage is open
  Bytes room_;
  Bytes loaded_;
};

}  // namespace

int serve(platform::Descriptor socket) {
  return Runner(std::move(socket)).run();
}

}  // namespace strongroom::runner
