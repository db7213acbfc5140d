#include "daemon/exports/export_service.h"

#include <chrono>

#include "daemon/exports/output.h"
#include "daemon/exports/sealed_output.h"
#include "daemon/platform/output_stream.h"

namespace strongroom::exports {

namespace wire = protocol::export_;
using platform::OutputKind;

namespace {

std::string_view name_of(wire::Subject subject) {
  return protocol::EnumNames<wire::Subject>::names[static_cast<std::size_t>(subject)];
}

std::string title_of(wire::Subject subject) {
  constexpr std::string_view k_titles[] = {"Audit log", "Secrets", "Plugins", "Status"};
  return "Strongroom: " + std::string(k_titles[static_cast<std::size_t>(subject)]);
}

// What was asked for, in words.
std::string words_of(const wire::RunRequest& request) {
  std::string words;
  const auto add = [&](std::string_view name, std::string_view value) {
    words.append(words.empty() ? "" : ", ").append(name).append(" ").append(value);
  };
  if (request.since_ms) add("since", std::to_string(*request.since_ms) + " ms");
  if (request.until_ms) add("until", std::to_string(*request.until_ms) + " ms");
  if (request.actor) add("actor", *request.actor);
  if (request.action) add("action", *request.action);
  if (request.path) add("about", *request.path);
  if (request.decision) add("decision", *request.decision == protocol::audit::Decision::denied ? "denied" : "allowed");
  if (request.prefix && !request.prefix->empty()) add("below", *request.prefix);
  if (request.deleted.value_or(false)) add("with", "deleted ones");
  if (request.reveal.value_or(false)) add("with", "values");
  return words.empty() ? "everything" : words;
}

}  // namespace

// One export, on a thread of the pool.
class ExportService::Job {
 public:
  Job(ExportService& service, wire::RunRequest request, platform::Descriptor output, Stream<wire::Progress> stream)
      : service_(service), request_(std::move(request)), output_(std::move(output)), stream_(std::move(stream)) {
    if (stream_.on_end) stream_.on_end([gone = gone_] { *gone = true; });
  }

  Result<wire::Progress> run() {
    Status done = work();
    const std::string what = std::string(name_of(request_.what)) + " as " + request_.format + ", " +
                             std::to_string(progress_.rows) + " rows";
    if (!done) {
      service_.ports_.record("export.failed", what, error_info(done.error().code).name);
      return done.error();
    }
    std::string detail = what;
    if (request_.recipients) detail += ", for " + std::to_string(request_.recipients->size()) + " age recipients";
    if (request_.reveal.value_or(false)) detail += ", with values";
    if (progress_.bytes) detail += ", " + std::to_string(*progress_.bytes) + " bytes, sha256 " + *progress_.sha256;
    service_.ports_.record("export.finished", detail, "ok");
    return progress_;
  }

 private:
  Status work() {
    STRONGROOM_ASSIGN(const OutputKind kind, platform::kind_of_output(output_.get()));
    STRONGROOM_CHECK(check_reveal());
    STRONGROOM_ASSIGN(auto source, service_.ports_.open_source(request_));
    if (request_.columns) {
      STRONGROOM_ASSIGN(source, choose_columns(std::move(source), *request_.columns));
    }
    if (const auto total = source->total()) progress_.total = static_cast<std::int64_t>(*total);
    STRONGROOM_CHECK(write(*source, kind));
    progress_.total.reset();
    if (kind == OutputKind::stream) return {};
    STRONGROOM_ASSIGN(const auto finished, finish_file(output_.get()));
    progress_.bytes = static_cast<std::int64_t>(finished.bytes);
    progress_.sha256 = to_hex(finished.sha256);
    return {};
  }

  Status check_reveal() const {
    if (!request_.reveal.value_or(false)) return {};
    if (request_.what != wire::Subject::secrets)
      return make_error(ErrorCode::invalid_argument, "has values of secrets only", "reveal");
    if (!request_.recipients)
      return make_error(ErrorCode::invalid_argument, "is missing: values are exported encrypted or not at all",
                        "recipients");
    return {};
  }

  // Plainly, or through an encryption that ends behind the exporter.
  Status write(Source& source, OutputKind kind) {
    if (!request_.recipients) return write_rows(source, output_.get());
    std::vector<age::Recipient> recipients;
    for (const auto& text : *request_.recipients) {
      STRONGROOM_ASSIGN(recipients.emplace_back(), age::Recipient::parse(text));
    }
    STRONGROOM_ASSIGN(const auto sealed,
                      SealedOutput::begin(recipients, output_.get(), kind, [this] { return stopped(); }));
    Status written = write_rows(source, sealed->descriptor());
    if (!written) return sealed->problem() ? written : sealed->problem();
    return sealed->end();
  }

  Status write_rows(Source& source, int output) {
    STRONGROOM_ASSIGN(const auto exporter, service_.exporters_.begin(begin(output)));
    STRONGROOM_CHECK(exporter->sheet(source.sheet()));
    for (bool more = true; more;) {
      STRONGROOM_ASSIGN(more, source.next([&](std::span<const Cell> cells) {
        ++progress_.rows;
        return exporter->row(cells);
      }));
      if (stopped()) return make_error(ErrorCode::cancelled, "nobody waits for the export any more");
      tell();
    }
    return exporter->end();
  }

  Begin begin(int output) {
    Begin begin;
    begin.format = request_.format;
    if (request_.settings) begin.settings = *request_.settings;
    begin.document = {title_of(request_.what), words_of(request_), service_.ports_.author, service_.clock_.now_ms()};
    begin.secret = request_.reveal.value_or(false);
    begin.output = output;
    begin.stopped = [this] { return stopped(); };
    return begin;
  }

  bool stopped() const { return service_.stopping_ || *gone_; }

  // At most ten times a second.
  void tell() {
    constexpr std::chrono::milliseconds k_pause(100);
    const auto now = std::chrono::steady_clock::now();
    if (now < told_ + k_pause || !stream_.send) return;
    told_ = now;
    (void)stream_.send(progress_);
  }

  ExportService& service_;
  wire::RunRequest request_;
  platform::Descriptor output_;
  Stream<wire::Progress> stream_;
  wire::Progress progress_;
  std::chrono::steady_clock::time_point told_{};
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

ExportService::ExportService(Exporters& exporters, const Clock& clock, Ports ports)
    : exporters_(exporters), clock_(clock), ports_(std::move(ports)) {}

Result<wire::ListFormatsResponse> ExportService::handle(wire::ListFormats, protocol::service::Empty&&) {
  wire::ListFormatsResponse response;
  STRONGROOM_ASSIGN(auto formats, exporters_.formats());
  for (auto& format : formats)
    response.formats.push_back(
        {std::move(format.name), std::move(format.extension), std::move(format.media_type), std::move(format.plugin)});
  return response;
}

void ExportService::handle(wire::Run, wire::RunRequest&& request, platform::Descriptor output,
                           Completion<wire::Progress> last, Stream<wire::Progress> stream) {
  auto job = std::make_shared<Job>(*this, std::move(request), std::move(output), std::move(stream));
  if (!ports_.run_slow([job, last] { last(job->run()); }))
    last(make_error(ErrorCode::busy, "too many exports are waiting"));
}

}  // namespace strongroom::exports
