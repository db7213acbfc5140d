// The handlers of io.strongroom.Export.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <strongroom/base/clock.h>
#include <strongroom/base/completion.h>
#include <strongroom/protocol/methods/export.h>

#include "daemon/exports/exporter.h"
#include "daemon/exports/source.h"
#include "daemon/platform/descriptor.h"

namespace strongroom::exports {

class ExportService {
 public:
  struct Ports {
    // False: too many wait, and the task was not taken.
    std::function<bool(std::function<void()>)> run_slow;
    std::function<Result<std::unique_ptr<Source>>(const protocol::export_::RunRequest& request)> open_source;
    // For the audit log: how an export ended.
    std::function<void(std::string_view action, std::string_view detail, std::string_view result)> record;
    std::string author;
  };

  // All must outlive the service.
  ExportService(Exporters& exporters, const Clock& clock, Ports ports);

  Result<protocol::export_::ListFormatsResponse> handle(protocol::export_::ListFormats, protocol::service::Empty&&);
  void handle(protocol::export_::Run, protocol::export_::RunRequest&& request, platform::Descriptor output,
              Completion<protocol::export_::Progress> last, Stream<protocol::export_::Progress> stream);

  // What runs gives up soon. For the end.
  void stop() noexcept { stopping_ = true; }

 private:
  class Job;

  Exporters& exporters_;
  const Clock& clock_;
  const Ports ports_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace strongroom::exports
