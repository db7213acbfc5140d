#include "daemon/runner/runner.h"

#include <optional>

#include "daemon/runner/export_session.h"
#include "daemon/runner/library.h"
#include "daemon/runner/sandbox.h"

namespace strongroom::runner {
namespace {

using plugin_seam::Call;
using plugin_seam::Outcome;

// The daemon may leave a plugin alone for as long as it likes.
constexpr std::chrono::hours k_idle(24 * 365);

constexpr const char* k_exporter_functions[] = {"begin", "sheet", "rows", "end", "abandon"};

// What the dynamic loader needs to find the libraries of a plugin.
std::vector<std::string> library_places() {
  return {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/nix/store", "/gnu/store"};
}

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
      if (frame->kind != static_cast<std::uint32_t>(Call::rows) || outcome->status != SR_OK) answers_.done(*outcome);
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
    }
    return out_of_turn();
  }

  static Result<Outcome> out_of_turn() {
    return make_error(ErrorCode::malformed, "the daemon's call comes out of turn");
  }

  Result<Outcome> load(BytesView content, std::vector<platform::Descriptor> descriptors) {
    if (exports_ || descriptors.size() != 1) return out_of_turn();
    STRONGROOM_ASSIGN(const auto call, plugin_seam::decode_load(content));
    auto loaded = load_confined(call, std::move(descriptors.front()));
    if (!loaded) return Outcome{SR_FAILED, loaded.error().message, {}};
    loaded_ = plugin_seam::encode(*loaded);
    return Outcome{SR_OK, {}, loaded_};
  }

  Result<plugin_seam::Loaded> load_confined(const plugin_seam::LoadCall& call, platform::Descriptor file) {
    Permits permits{library_places(), {}, call.limits};
    if (!call.scratch.empty()) permits.writable.push_back(call.scratch);
    STRONGROOM_ASSIGN(const Confined confined, confine_process(permits));
    if (call.require_sandbox && !(confined.files && confined.calls))
      return make_error(ErrorCode::plugin_unavailable,
                        "this system cannot confine the plugin; 'plugins.require_sandbox = false' allows it all the "
                        "same");
    STRONGROOM_ASSIGN(const Library library, load_library(std::move(file)));
    if (call.extension != SR_EXPORTER_V1_ID)
      return make_error(ErrorCode::plugin_unavailable, "this runner does not know the extension");
    const void* table = library.entry->get_extension(SR_EXPORTER_V1_ID);
    STRONGROOM_CHECK(plugin_seam::check_table(table, k_exporter_functions, SR_EXPORTER_V1_ID));
    exports_.emplace(*static_cast<const sr_exporter_v1*>(table), answers_);
    const auto& info = library.info;
    return plugin_seam::Loaded{info.id, info.name, info.version, info.abi_minor, confined.files, confined.calls};
  }

  plugin_seam::Channel channel_;
  Answers answers_;
  std::optional<ExportSession> exports_;
  Bytes loaded_;
};

}  // namespace

int serve(platform::Descriptor socket) {
  return Runner(std::move(socket)).run();
}

}  // namespace strongroom::runner
