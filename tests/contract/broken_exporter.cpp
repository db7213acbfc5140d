// An exporter that breaks one promise: the one that its setting "broken" names.
#include <fcntl.h>

#include <cstdlib>
#include <ctime>
#include <list>
#include <stdexcept>

#include <strongroom/plugin/export_text.h>

namespace {

using namespace strongroom;
using namespace strongroom::plugin;

class BrokenExporter final : public Exporter {
 public:
  static constexpr const char* k_id = "com.example.exporter.broken";
  static constexpr const char* k_name = "Broken exporter";
  static constexpr const char* k_version = "1.0.0";

  BrokenExporter(std::string kind, ByteSink& output) : kind_(std::move(kind)), output_(output) {}

  static Result<std::unique_ptr<Exporter>> begin(const Document&, const Settings& settings, const Host&,
                                                 ByteSink& output) {
    const std::string kind = settings.find("broken").value_or("");
    if (kind != "takes any setting") STRONGROOM_CHECK(settings.only({"broken"}));
    if (kind == "leaks a descriptor") (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
    return std::make_unique<BrokenExporter>(kind, output);
  }

  Status sheet(const Sheet&) override { return {}; }

  Status rows(const Rows& rows) override {
    if (kind_ == "crashes" && rows.size() > 2) std::abort();
    if (kind_ == "ends its process") std::_Exit(0);
    if (kind_ == "hangs")
      for (volatile bool for_ever = true; for_ever;) {
      }
    if (kind_ == "grows") kept_.emplace_back(rows.size() * 100, 'x');
    if (kind_ == "writes nothing") return {};
    const std::string text(rows.size() * 80, 'r');
    const bool taken = output_(text);
    if (!taken && kind_ == "writes on") (void)output_(text);
    return {};
  }

  Status end() override {
    static int ended = 0;
    if (kind_ == "writes nothing") return {};
    (void)output_(kind_ == "is never the same" ? std::to_string(++ended) : "end");
    return {};
  }

 private:
  std::string kind_;
  ByteSink& output_;
  std::list<std::string> kept_;
};

}  // namespace

STRONGROOM_PLUGIN(BrokenExporter)
