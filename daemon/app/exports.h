// Everything that exports: the exporters, where the rows come from, and the service.
#pragma once

#include <memory>

#include "daemon/app/configuration.h"
#include "daemon/app/slow_pool.h"
#include "daemon/audit/audit_service.h"
#include "daemon/audit/recorder.h"
#include "daemon/exports/export_service.h"
#include "daemon/exports/revealed_source.h"
#include "daemon/lifecycle/lifecycle_service.h"
#include "daemon/plugin_host/plugin_exporters.h"
#include "daemon/secrets/secret_service.h"

namespace strongroom::app {

class Exports {
 public:
  // What it works with; all outlive it.
  struct Parts {
    const Configuration& configuration;
    audit::Recorder& recorder;
    audit::AuditService& audit;
    secrets::SecretService& secrets;
    lifecycle::LifecycleService& lifecycle;
    plugin_host::Plugins& plugins;
    LiveValues& live;
  };

  explicit Exports(const Parts& parts);

  exports::ExportService& service() noexcept { return *service_; }

  // No more are begun, and those that run end soon.
  void stop();

 private:
  Result<std::unique_ptr<exports::Source>> open_source(const protocol::export_::RunRequest& request);
  exports::Reveals reveals();
  Result<exports::SecretPage> secret_page(const std::string& prefix, bool deleted, const std::string& cursor);
  Result<std::vector<exports::PluginRow>> plugin_rows();
  exports::Facts facts();

  Parts parts_;
  plugin_host::PluginExporters exporters_;
  std::unique_ptr<exports::ExportService> service_;
  SlowPool pool_;
};

}  // namespace strongroom::app
