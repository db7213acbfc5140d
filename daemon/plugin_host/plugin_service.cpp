#include "daemon/plugin_host/plugin_service.h"

namespace strongroom::plugin_host {

namespace wire = protocol::plugin;
using protocol::service::Empty;

namespace {

Result<Empty> nothing(const Status& status) {
  if (!status) return status.error();
  return Empty{};
}

}  // namespace

void PluginService::handle(wire::List, Empty&&, Done<wire::List> done) {
  run(std::move(done), [this]() -> Result<wire::ListResponse> {
    wire::ListResponse response;
    STRONGROOM_ASSIGN(response.plugins, plugins_.list());
    return response;
  });
}

void PluginService::handle(wire::Get, wire::IdRequest&& request, Done<wire::Get> done) {
  run(std::move(done), [this, id = std::move(request.id)] { return plugins_.get(id); });
}

void PluginService::handle(wire::Install, wire::InstallRequest&& request, platform::Descriptor library,
                           Done<wire::Install> done) {
  const auto shared = std::make_shared<platform::Descriptor>(std::move(library));
  run(std::move(done),
      [this, shared, manifest = std::move(request.manifest)] { return plugins_.install(manifest, *shared); });
}

void PluginService::handle(wire::Remove, wire::IdRequest&& request, Done<wire::Remove> done) {
  run(std::move(done), [this, id = std::move(request.id)] { return nothing(plugins_.remove(id)); });
}

void PluginService::handle(wire::Enable, wire::IdRequest&& request, Done<wire::Enable> done) {
  run(std::move(done), [this, id = std::move(request.id)] { return nothing(plugins_.set_enabled(id, true)); });
}

void PluginService::handle(wire::Disable, wire::IdRequest&& request, Done<wire::Disable> done) {
  run(std::move(done), [this, id = std::move(request.id)] { return nothing(plugins_.set_enabled(id, false)); });
}

void PluginService::handle(wire::Configure, wire::ConfigureRequest&& request, Done<wire::Configure> done) {
  run(std::move(done), [this, request = std::move(request)]() -> Result<wire::GetResponse> {
    STRONGROOM_CHECK(plugins_.configure(request.id, request.set.value_or(std::map<std::string, std::string>()),
                                        request.unset.value_or(std::vector<std::string>())));
    return plugins_.get(request.id);
  });
}

void PluginService::handle(wire::GetLogs, wire::IdRequest&& request, Done<wire::GetLogs> done) {
  run(std::move(done), [this, id = std::move(request.id)]() -> Result<wire::GetLogsResponse> {
    wire::GetLogsResponse response;
    STRONGROOM_ASSIGN(response.lines, plugins_.logs(id));
    return response;
  });
}

}  // namespace strongroom::plugin_host
