// A monitor plugin in one file: it says in the log of the daemon what was denied.
#include <string>

#include <strongroom/plugin/monitor.h>

namespace {

using namespace strongroom;
using namespace strongroom::plugin;

class HelloMonitor final : public Monitor {
 public:
  static constexpr const char* k_id = "com.example.monitor.hello";
  static constexpr const char* k_name = "Denials in the log";
  static constexpr const char* k_version = "1.0.0";

  static Result<std::unique_ptr<Monitor>> open(const Settings& settings, const Host& host) {
    STRONGROOM_CHECK(settings.only({"greeting"}));
    host.info(settings.find("greeting").value_or("hello"));
    return std::make_unique<HelloMonitor>(host);
  }

  explicit HelloMonitor(const Host& host) : host_(host) {}

  Status events(std::span<const Event> events, std::uint64_t lost) override {
    if (lost != 0) host_.warning(std::to_string(lost) + " events were lost");
    for (const Event& event : events) {
      const bool good = event.decision == "allowed" && (event.result.empty() || event.result == "ok");
      if (!good)
        host_.warning(std::string(event.actor) + " " + std::string(event.action) + ": " + std::string(event.result));
    }
    return {};
  }

  Status metrics(std::span<const Metric>) override { return {}; }

 private:
  Host host_;
};

}  // namespace

STRONGROOM_PLUGIN(HelloMonitor)
