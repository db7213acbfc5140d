// From a method's name to its handler: lookup, admission, decoding and encoding. org.varlink.service is answered here.
//
// Handlers are bound from typed services by bind() (bind.h). Binding happens before the first call; afterwards a
// dispatcher is immutable and thread-safe.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <strongroom/base/duration_histogram.h>
#include <strongroom/base/result.h>
#include <strongroom/protocol/catalogue.h>
#include <strongroom/protocol/message.h>
#include <strongroom/protocol/method.h>

#include "daemon/ipc/admission.h"
#include "daemon/ipc/call.h"

namespace strongroom::ipc {

// How calls of one connection may overlap.
enum class Ordering : std::uint8_t {
  in_place,   // answered at once on the thread that read it
  pipelined,  // finished later; further pipelined calls may start before
  serial,     // finished later; nothing else of the connection starts before or meanwhile
};

struct BoundMethod {
  const protocol::MethodInfo* info = nullptr;
  std::string interface;
  Ordering ordering = Ordering::in_place;
  // in_place: appends the parameters of the answer.
  std::function<Status(const protocol::JsonValue&, const CallInfo&, WipedString&)> now;
  // pipelined, serial; also in_place, for what could not be answered at once (CallInfo::elsewhere).
  std::function<void(const protocol::JsonValue&, const CallInfo&, std::shared_ptr<LaterReply>)> later;

  std::string full_name() const { return interface + "." + std::string(info->name); }
};

class Dispatcher {
 public:
  // What org.varlink.service.GetInfo says.
  struct Identity {
    std::string vendor, product, version, url;
  };

  Dispatcher(Identity identity, Admission admission);

  // Makes `text` available through GetInterfaceDescription.
  void add_interface(std::string name, std::string text);
  void add_method(std::string interface, const protocol::MethodInfo& info, BoundMethod method);

  const Admission& admission() const noexcept { return admission_; }

  // Who records calls; null: nobody does (test services). Before the first call.
  void set_recorder(audit::Recorder* recorder) noexcept { recorder_ = recorder; }

  audit::Recorder* recorder() const noexcept { return recorder_; }

  // Who is told which values answers hold while they are written; null: nobody. Before the first call.
  void set_live_values(LiveValues* live) noexcept { live_ = live; }

  LiveValues* live_values() const noexcept { return live_; }

  // Errors: method_not_found, interface_not_found (subject names what was asked).
  Result<const BoundMethod*> find(std::string_view full_name) const;

  // Who hears of calls that fail, and when. `wanted` is asked often and has to be cheap.
  struct Failures {
    std::function<bool()> wanted;
    std::function<void(std::string_view method, std::int64_t request, const Error& error)> tell;
  };

  // Before the first call.
  void set_failures(Failures failures) { failures_ = std::make_shared<const Failures>(std::move(failures)); }

  // Null when nobody wants to hear of any now. An answer that comes later may outlive the dispatcher.
  std::shared_ptr<const Failures> failures() const { return failures_ && failures_->wanted() ? failures_ : nullptr; }

  // How long calls of this kind took, from their message to their answer; streams are not among them.
  DurationHistogram& durations(protocol::Effect effect) const noexcept {
    return durations_[static_cast<std::size_t>(effect)];
  }

  // Names of all bound methods, for the test that every method of the catalogue has a handler.
  std::vector<std::string> method_names() const;

 private:
  void bind_service_interface();
  Status describe_service(WipedString& out) const;
  Status describe_interface(const protocol::JsonValue& parameters, const CallInfo& call, WipedString& out) const;

  struct Hash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  Identity identity_;
  Admission admission_;
  audit::Recorder* recorder_ = nullptr;
  LiveValues* live_ = nullptr;
  std::shared_ptr<const Failures> failures_;
  std::vector<std::pair<std::string, std::string>> interfaces_;
  std::unordered_map<std::string, BoundMethod, Hash, std::equal_to<>> methods_;
  mutable std::array<DurationHistogram, 3> durations_;  // by effect
};

}  // namespace strongroom::ipc
