// The handlers of io.strongroom.Secret.
#pragma once

#include <atomic>
#include <functional>
#include <memory_resource>

#include <strongroom/base/clock.h>
#include <strongroom/base/completion.h>
#include <strongroom/base/feed.h>
#include <strongroom/base/live_values.h>
#include <strongroom/protocol/methods/secret.h>

#include "daemon/secrets/read_times.h"
#include "daemon/secrets/secret_repository.h"
#include "daemon/store/store.h"

namespace strongroom::secrets {

// Thread-safe. Reads run on the calling thread inside the store's current batch; writes finish on the writer thread;
// what looks at many secrets runs where `run_slow` says.
class SecretService {
 public:
  // False: too many wait, and the task was not taken.
  using RunSlow = std::function<bool(std::function<void()>)>;

  // All must outlive the service. `memory` holds values on their way; `live` (null: nobody) is told which they are
  // while they are written.
  SecretService(const vault::Vault& vault, store::Store& store, store::FreshnessTracker& freshness, const Clock& clock,
                std::pmr::memory_resource* memory, RunSlow run_slow, LiveValues* live = nullptr);

  using Problem = protocol::secret::Problem;

  Result<protocol::secret::GetResponse> handle(protocol::secret::Get, protocol::secret::GetRequest&& request);
  Result<protocol::secret::GetManyResponse> handle(protocol::secret::GetMany,
                                                   protocol::secret::GetManyRequest&& request);
  Result<protocol::secret::ListResponse> handle(protocol::secret::List, protocol::secret::ListRequest&& request);
  // The secrets and folders below `folder` (the top: empty), from the one behind `cursor` on; a cursor is the path of
  // an entry that was answered. Errors: invalid_argument, locked, those of reading.
  Result<SecretRepository::Listing> list_heads(std::string folder, bool recursive, std::string_view cursor,
                                               std::size_t limit);

  Result<protocol::secret::HistoryResponse> handle(protocol::secret::GetHistory,
                                                   protocol::secret::PathRequest&& request);

  void handle(protocol::secret::Put, protocol::secret::PutRequest&& request,
              Completion<protocol::secret::PutResponse> completion);
  void handle(protocol::secret::PutMany, protocol::secret::PutManyRequest&& request,
              Completion<protocol::secret::PutManyResponse> completion);
  void handle(protocol::secret::Delete, protocol::secret::PathRequest&& request,
              Completion<protocol::secret::VersionResponse> completion);
  void handle(protocol::secret::Undelete, protocol::secret::PathRequest&& request,
              Completion<protocol::secret::VersionResponse> completion);

  void handle(protocol::secret::Search, protocol::secret::SearchRequest&& request,
              Completion<protocol::secret::SearchResponse> completion);
  void handle(protocol::secret::Destroy, protocol::secret::DestroyRequest&& request,
              Completion<protocol::secret::DestroyResponse> completion);
  void handle(protocol::secret::Purge, protocol::secret::PurgeRequest&& request,
              Completion<protocol::secret::CountResponse> completion);
  void handle(protocol::secret::Move, protocol::secret::MoveRequest&& request,
              Completion<protocol::secret::CountResponse> completion);
  void handle(protocol::secret::Copy, protocol::secret::CopyRequest&& request,
              Completion<protocol::secret::VersionResponse> completion);
  void handle(protocol::secret::Rollback, protocol::secret::RollbackRequest&& request,
              Completion<protocol::secret::VersionResponse> completion);
  void handle(protocol::secret::Update, protocol::secret::UpdateRequest&& request,
              Completion<protocol::service::Empty> completion);
  void handle(protocol::secret::Watch, protocol::secret::WatchRequest&& request,
              Completion<protocol::secret::Change> last, Stream<protocol::secret::Change> stream);

  // Stores the read times kept in memory; waits for it. Before lock and stop; not on the writer or an I/O thread.
  Status save_read_times();

  // Tells everybody who follows changes, or wants to, why that ends: the store is locked, the daemon stops.
  void close_watches(const Error& error) { changes_.close(error); }

  // The store is open: changes can be followed again.
  void open_watches() { changes_.open(); }

  // Searches that run give up soon. For the end.
  void stop_searches() noexcept { stopping_ = true; }

 private:
  static Problem problem_of(const Error& error);
  Status read(const std::function<Status(store::ReadTransaction&, Suspects&)>& work);
  Result<protocol::secret::GetResponse> get(store::ReadTransaction& transaction,
                                            const protocol::secret::GetRequest& request, Suspects& suspects);
  Result<std::uint64_t> put(store::WriteTransaction& transaction, const protocol::secret::PutRequest& request);
  Status check_replaces(const std::optional<StoredSecret>& stored, std::optional<std::int64_t> check_version) const;
  Result<protocol::secret::SearchResponse> search(const protocol::secret::SearchRequest& request);
  Result<std::vector<std::string>> paths_below(store::ReadTransaction& transaction, const Path& folder) const;
  Result<std::uint64_t> copy(store::WriteTransaction& transaction, const protocol::secret::CopyRequest& request);
  Result<std::uint64_t> roll_back(store::WriteTransaction& transaction,
                                  const protocol::secret::RollbackRequest& request);
  Result<std::int64_t> purge(store::WriteTransaction& transaction, const protocol::secret::PurgeRequest& request);
  Result<std::int64_t> move(store::WriteTransaction& transaction, const protocol::secret::MoveRequest& request);

  // Runs `work` in a piece; `done` gets its result after the commit.
  template <class T>
  void write(std::function<Result<T>(store::WriteTransaction&)> work, std::function<void(Result<T>)> done);
  using HeadChange = std::function<Status(Head&)>;
  void change_head(std::string path, protocol::secret::ChangeKind kind, HeadChange change,
                   Completion<protocol::secret::VersionResponse> completion);
  void tell(protocol::secret::ChangeKind kind, std::string path, std::optional<std::uint64_t> version = {},
            std::optional<std::string> to = {});
  Status write_read_times(store::WriteTransaction& transaction,
                          const std::vector<std::pair<std::string, std::int64_t>>& times);
  std::optional<protocol::service::Freshness> freshness_note() const;

  store::Store& store_;
  store::FreshnessTracker& freshness_;
  const Clock& clock_;
  std::pmr::memory_resource* memory_;
  const RunSlow run_slow_;
  LiveValues* live_;
  SecretRepository repository_;
  ReadTimes read_times_;
  Feed<protocol::secret::Change> changes_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace strongroom::secrets
