// The handlers of io.strongroom.Audit.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/clock.h>
#include <strongroom/base/completion.h>
#include <strongroom/base/feed.h>
#include <strongroom/protocol/methods/audit.h>

#include "daemon/audit/index.h"
#include "daemon/audit/log.h"
#include "daemon/audit/query.h"
#include "daemon/audit/witnesses.h"

namespace strongroom::audit {

// Thread-safe. Whatever reads the log runs where `run_slow` says.
class AuditService {
 public:
  struct Ports {
    std::function<bool(std::function<void()>)> run_slow;  // false: too many wait
    std::function<std::optional<std::array<Byte, 16>>(std::string_view name)> object_id;
    std::function<Durability()> reveals;
    std::filesystem::path archive;  // where archived segments go
  };

  AuditService(AuditLog& log, Witnesses& witnesses, const Clock& clock, Ports ports);

  template <class M>
  using Done = Completion<typename M::Response>;

  void handle(protocol::audit::List, protocol::audit::ListRequest&& request, Done<protocol::audit::List> done);
  void handle(protocol::audit::Get, protocol::audit::SequenceRequest&& request, Done<protocol::audit::Get> done);
  void handle(protocol::audit::Tail, protocol::service::Empty&&, Completion<protocol::audit::Event> last,
              Stream<protocol::audit::Event> stream);
  void handle(protocol::audit::GetSummary, protocol::audit::SummaryRequest&& request,
              Done<protocol::audit::GetSummary> done);
  void handle(protocol::audit::Verify, protocol::audit::VerifyRequest&& request,
              Completion<protocol::audit::VerifyResponse> last, Stream<protocol::audit::VerifyResponse> stream);
  void handle(protocol::audit::GetCheckpoint, protocol::service::Empty&&, Done<protocol::audit::GetCheckpoint> done);
  void handle(protocol::audit::Prove, protocol::audit::ProveRequest&& request, Done<protocol::audit::Prove> done);
  Result<protocol::audit::KeyResponse> handle(protocol::audit::GetKey, protocol::service::Empty&&);
  void handle(protocol::audit::Archive, protocol::audit::ArchiveRequest&& request, Done<protocol::audit::Archive> done);
  void handle(protocol::audit::AddWitness, protocol::audit::AddWitnessRequest&& request,
              Done<protocol::audit::AddWitness> done);
  Result<protocol::audit::ListWitnessesResponse> handle(protocol::audit::ListWitnesses, protocol::service::Empty&&);
  void handle(protocol::audit::RemoveWitness, protocol::audit::RemoveWitnessRequest&& request,
              Done<protocol::audit::RemoveWitness> done);
  void handle(protocol::audit::Export, protocol::audit::ExportRequest&& request,
              Completion<protocol::audit::ExportItem> last, Stream<protocol::audit::ExportItem> stream);
  // docs/audit.md, section Space.
  Result<protocol::audit::ArchiveResponse> archive(std::int64_t before_ms);
  void handle(protocol::audit::Redact, protocol::audit::SequenceRequest&& request, Done<protocol::audit::Redact> done);

  // The entries that are there now: from `first` on, before `end`. Error: locked, audit_unavailable.
  struct Span {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
  };

  Result<Span> present();

  // Those of the entries from `first` on, before `end`, that match the filter (its page is not asked for), oldest
  // first. A lock of the store ends it. Errors: locked, cancelled, those of reading.
  Result<std::vector<protocol::audit::Event>> read_events(const protocol::audit::ListRequest& filter,
                                                          std::uint64_t first, std::uint64_t end);

  // From the log's thread: something was appended; those who follow are told.
  void tell_followers();

  // Tells everybody who follows why that ends; open_tails() lets it begin again.
  void close_tails(const Error& error) { tails_.close(error); }

  void open_tails();

  // What runs gives up soon. For the end.
  void stop() noexcept { stopping_ = true; }

  // For the status.
  std::optional<protocol::service::AuditStatus> status() const;

 private:
  template <class T>
  void run(Completion<T> done, std::function<Result<T>()> work) {
    const bool taken = ports_.run_slow([done, work = std::move(work)] { done(work()); });
    if (!taken) done(make_error(ErrorCode::busy, "too many questions about the log are waiting"));
  }

  Result<Query> query_of(const protocol::audit::ListRequest& request) const;
  Result<protocol::audit::ListResponse> list(const protocol::audit::ListRequest& request);
  Result<protocol::audit::SummaryResponse> summary(const protocol::audit::SummaryRequest& request);
  Result<protocol::audit::VerifyResponse> verify(const protocol::audit::VerifyRequest& request,
                                                 const Stream<protocol::audit::VerifyResponse>& stream);
  static protocol::audit::Witness shown(const WitnessState& witness);
  Result<std::string> prove(std::uint64_t sequence, bool disclose);
  Status export_events(const protocol::audit::ExportRequest& request, const Stream<protocol::audit::ExportItem>& stream,
                       protocol::audit::ExportItem& last);
  Status read_items(const Query& query, std::uint64_t size, std::uint64_t& next,
                    std::vector<protocol::audit::ExportItem>& items);
  // With the reader, the index brought up to date and its key.
  Status with_index(const std::function<Status(EventReader& reader, std::uint64_t end, BytesView index_key)>& work);
  std::uint64_t first_entry() const;

  AuditLog& log_;
  Witnesses& witnesses_;
  const Clock& clock_;
  const Ports ports_;
  std::mutex index_mutex_;
  EventIndex index_;
  Feed<protocol::audit::Event> tails_;
  std::mutex tail_mutex_;
  std::uint64_t told_ = 0;  // guarded by tail_mutex_
  std::atomic<bool> stopping_ = false;
};

// The number of the newest epoch record among the first `size` entries. Errors of reading.
Result<std::uint64_t> newest_epoch(EventReader& reader, std::uint64_t size);

// An entry as the protocol shows it.
protocol::audit::Event shown_event(const EventReader::Read& read);

}  // namespace strongroom::audit
