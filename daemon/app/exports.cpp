#include "daemon/app/exports.h"

#include <unistd.h>

#include <strongroom/protocol/codec.h>

#include "daemon/exports/audit_source.h"
#include "daemon/exports/revealed_source.h"

namespace strongroom::app {

namespace wire = protocol::export_;

namespace {

plugin_host::PluginExporters::Options options_of(const Exports::Parts& parts) {
  return {.scratch = parts.configuration.state / "scratch", .require_sandbox = parts.configuration.require_sandbox};
}

std::string labels_of(const std::vector<std::string>& labels) {
  std::string all;
  for (const auto& label : labels) all.append(all.empty() ? "" : ",").append(label);
  return all;
}

exports::SecretRow row_of(std::string path, const secrets::Head& head) {
  const auto& current = head.current();
  return {.path = std::move(path),
          .version = static_cast<std::int64_t>(current.number),
          .versions = static_cast<std::int64_t>(head.versions.size()),
          .created_ms = head.created_ms,
          .updated_ms = head.updated_ms,
          .last_read_ms = head.last_read_ms,
          .expires_ms = current.expires_ms,
          .deleted = current.deleted_ms != 0 || current.destroyed,
          .labels = labels_of(head.labels)};
}

}  // namespace

Exports::Exports(const Parts& parts) : parts_(parts), exporters_(parts.plugins, options_of(parts_)) {
  exports::ExportService::Ports ports;
  ports.run_slow = [this](std::function<void()> task) { return pool_.run(std::move(task)); };
  ports.open_source = [this](const wire::RunRequest& request) { return open_source(request); };
  ports.record = [this](std::string_view action, std::string_view detail, std::string_view result) {
    parts_.recorder.system(action, detail, result);
  };
  ports.author = "uid:" + std::to_string(geteuid());
  service_ = std::make_unique<exports::ExportService>(exporters_, system_clock(), std::move(ports));
}

void Exports::stop() {
  service_->stop();
  pool_.close();
}

Result<std::unique_ptr<exports::Source>> Exports::open_source(const wire::RunRequest& request) {
  switch (request.what) {
    case wire::Subject::audit:
      return exports::audit_source(parts_.audit, {.since_ms = request.since_ms,
                                                  .until_ms = request.until_ms,
                                                  .actor = request.actor,
                                                  .action = request.action,
                                                  .path = request.path,
                                                  .decision = request.decision});
    case wire::Subject::secrets: {
      const auto pages = [this](const std::string& prefix, bool deleted, const std::string& cursor) {
        return secret_page(prefix, deleted, cursor);
      };
      if (request.reveal.value_or(false))
        return exports::revealed_source(pages, reveals(), request.prefix.value_or(""));
      return exports::secrets_source(pages, request.prefix.value_or(""), request.deleted.value_or(false));
    }
    case wire::Subject::plugins: {
      STRONGROOM_ASSIGN(auto rows, plugin_rows());
      return exports::plugins_source(std::move(rows));
    }
    case wire::Subject::status:
      return exports::status_source(facts());
  }
  return make_error(ErrorCode::invalid_argument, "cannot be exported", "what");
}

// Each value that goes into an export has its own event, as if it had been asked for alone.
exports::Reveals Exports::reveals() {
  const auto last = std::make_shared<std::optional<std::uint64_t>>();
  const auto reveal = [this, last](const std::string& path) -> Result<protocol::secret::GetResponse> {
    auto got = parts_.secrets.get_and_wait({.path = path, .version = {}, .only = {}});
    WipedString text(wiped_heap());
    protocol::JsonWriter writer(text);
    writer.begin_object().key("path").string(path);
    writer.end_object();
    protocol::JsonDocument parameters;
    STRONGROOM_CHECK(parameters.parse(text));
    const audit::Subject subject{.uid = geteuid(), .pid = 0, .session = 0, .client = "export.run", .reason = {}};
    const audit::CallRecord call{&protocol::secret::Get::info.audit, &subject, 0, &parameters.root()};
    STRONGROOM_ASSIGN(const auto number,
                      parts_.recorder.used(call, protocol::Effect::reveal, got ? nullptr : &got.error()));
    if (number) *last = number;
    return got;
  };
  const auto settle = [this, last] {
    if (*last) parts_.recorder.sync(**last);
    last->reset();
  };
  return {reveal, settle, &parts_.live};
}

Result<exports::SecretPage> Exports::secret_page(const std::string& prefix, bool deleted, const std::string& cursor) {
  constexpr std::size_t k_at_once = 500;
  STRONGROOM_ASSIGN(const auto listing, parts_.secrets.list_heads(prefix, true, cursor, k_at_once));
  exports::SecretPage page;
  for (const auto& entry : listing.entries) {
    if (!entry.head) continue;
    auto row = row_of(entry.path, *entry.head);
    if (deleted || !row.deleted) page.rows.push_back(std::move(row));
  }
  if (listing.more && !listing.entries.empty()) page.cursor = listing.entries.back().path;
  return page;
}

Result<std::vector<exports::PluginRow>> Exports::plugin_rows() {
  STRONGROOM_ASSIGN(const auto plugins, parts_.plugins.list());
  std::vector<exports::PluginRow> rows;
  for (const auto& plugin : plugins)
    rows.push_back({plugin.id, plugin.type, plugin.format.value_or(""), plugin.isolation, plugin.state, plugin.sha256});
  return rows;
}

// What the status method tells, a row for each member.
exports::Facts Exports::facts() {
  exports::Facts facts;
  const auto status = parts_.lifecycle.handle(protocol::service::GetStatus{}, {});
  if (!status) return facts;
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  protocol::encode(*status, writer);
  protocol::JsonDocument document;
  if (!document.parse(text)) return facts;
  for (const auto& [name, value] : document.root().object()) {
    WipedString shown(wiped_heap());
    if (value.kind() == protocol::JsonKind::string)
      shown = value.string();
    else
      protocol::JsonWriter(shown).value(value);
    facts.emplace_back(std::string(name), std::string(shown));
  }
  return facts;
}

}  // namespace strongroom::app
