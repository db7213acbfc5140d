// The handlers of io.strongroom.Secret.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <memory_resource>
#include <mutex>

#include <strongroom/base/clock.h>
#include <strongroom/base/completion.h>
#include <strongroom/base/feed.h>
#include <strongroom/base/live_values.h>
#include <strongroom/protocol/methods/secret.h>

#include "daemon/secrets/bodies.h"
#include "daemon/secrets/placement.h"
#include "daemon/secrets/read_times.h"
#include "daemon/secrets/secret_repository.h"
#include "daemon/store/store.h"

namespace strongroom::secrets {

// Where values are to lie, and who keeps what does not lie in the store.
struct Placing {
  Placements rules;
  BodyShelf* keychain = nullptr;  // null: there is none
  SecretRepository::PlainText plain_text = SecretRepository::PlainText::refused;
  // Where what waits for the keychain runs. False: too many wait, and the task was not taken.
  std::function<bool(std::function<void()>)> run;
  // A fallback served, values were moved: a sentence for the log. The status of what waits has changed.
  std::function<void(std::string_view)> report;
  // What was moved, or is gone, without being asked: for the audit log.
  std::function<void(std::string_view action, std::string_view detail, std::string_view result)> record;
};

// Values that do not lie where the rules place them.
struct PlacingState {
  bool looked = false;  // whether all values have been looked at since the start
  std::int64_t waiting = 0;
  std::string problem;  // why the keychain could not be used when that was tried last; empty: it could
};

// Thread-safe. Reads run on the calling thread inside the store's current batch; writes finish on the writer thread;
// what looks at many secrets runs where `run_slow` says.
class SecretService {
 public:
  // False: too many wait, and the task was not taken.
  using RunSlow = std::function<bool(std::function<void()>)>;

  // All must outlive the service. `memory` holds values on their way; `live` (null: nobody) is told which they are
  // while they are written.
  SecretService(const vault::Vault& vault, store::Store& store, store::FreshnessTracker& freshness, const Clock& clock,
                std::pmr::memory_resource* memory, RunSlow run_slow, LiveValues* live = nullptr, Placing placing = {});

  using Problem = protocol::secret::Problem;

  // What lies in the store or in memory is read at once; for the rest `elsewhere` is set, and the form below waits.
  Result<protocol::secret::GetResponse> handle(protocol::secret::Get, protocol::secret::GetRequest&& request,
                                               bool& elsewhere);
  void handle(protocol::secret::Get, protocol::secret::GetRequest&& request,
              Completion<protocol::secret::GetResponse> completion);
  Result<protocol::secret::GetManyResponse> handle(protocol::secret::GetMany,
                                                   protocol::secret::GetManyRequest&& request, bool& elsewhere);
  void handle(protocol::secret::GetMany, protocol::secret::GetManyRequest&& request,
              Completion<protocol::secret::GetManyResponse> completion);
  // May wait for the keychain: not on an I/O thread.
  Result<protocol::secret::GetResponse> get_and_wait(const protocol::secret::GetRequest& request);
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
              Completion<protocol::secret::WrittenResponse> completion);
  void handle(protocol::secret::Rollback, protocol::secret::RollbackRequest&& request,
              Completion<protocol::secret::WrittenResponse> completion);
  void handle(protocol::secret::Update, protocol::secret::UpdateRequest&& request,
              Completion<protocol::service::Empty> completion);
  void handle(protocol::secret::Watch, protocol::secret::WatchRequest&& request,
              Completion<protocol::secret::Change> last, Stream<protocol::secret::Change> stream);

  void handle(protocol::secret::Promote, protocol::secret::PromoteRequest&& request,
              Completion<protocol::secret::PromoteResponse> completion);
  void handle(protocol::secret::ForgetSession, protocol::service::Empty&&,
              Completion<protocol::secret::PromoteResponse> completion);

  // The same on the calling thread, which may wait.
  Result<protocol::secret::PromoteResponse> promote(std::string_view prefix);

  // Whether the keychain can be used, when the rules place anything there.
  Status probe_keychain();

  // Counts what does not lie where it belongs, and moves what can be moved. In the background; returns at once.
  void promote_soon();
  PlacingState placing_state() const;

  const Placements& placements() const noexcept { return placing_.rules; }

  // Stores the read times kept in memory; waits for it. Before lock and stop; not on the writer or an I/O thread.
  Status save_read_times();

  // Tells everybody who follows changes, or wants to, why that ends: the store is locked, the daemon stops.
  void close_watches(const Error& error) { changes_.close(error); }

  // The store is open: changes can be followed again.
  void open_watches() { changes_.open(); }

  // Searches that run give up soon. For the end.
  void stop_searches() noexcept { stopping_ = true; }

 private:
  // What a write would store next: made anew in each transaction that is tried.
  struct Draft {
    explicit Draft(Path to) : path(std::move(to)) {}

    Path path;
    std::optional<StoredSecret> stored;  // what is there now
    SecretMap values;
    SecretRepository::NewVersion version;
    std::optional<Head> details;  // of a new secret
  };

  using Drafting = std::function<Result<Draft>(store::ReadTransaction&, BodiesAtHand&)>;

  // A version on its way.
  struct Writing {
    Writing(std::string to, LiveValues* live) : path(std::move(to)), held(live) {}

    std::string path;
    Drafting draft;
    Completion<protocol::secret::WrittenResponse> completion;
    BodiesAtHand bodies;
    std::optional<std::uint64_t> intent = store::IntentScope::current();
    protocol::secret::WrittenResponse written;
    bool released = false;  // something that lies elsewhere and has to be erased there
    LiveValues::Scope held;
  };

  static Problem problem_of(const Error& error);
  Status read(const std::function<Status(store::ReadTransaction&, Suspects&)>& work);
  Result<protocol::secret::GetResponse> read_one(const protocol::secret::GetRequest& request, BodiesAtHand& bodies);
  Result<protocol::secret::GetManyResponse> read_many(const protocol::secret::GetManyRequest& request,
                                                      BodiesAtHand& bodies);
  Result<protocol::secret::GetResponse> get(store::ReadTransaction& transaction,
                                            const protocol::secret::GetRequest& request, Suspects& suspects,
                                            BodiesAtHand& bodies);
  Result<Draft> draft_put(store::ReadTransaction& transaction, const protocol::secret::PutRequest& request,
                          BodiesAtHand& bodies);
  Result<Draft> draft_copy(store::ReadTransaction& transaction, const protocol::secret::CopyRequest& request,
                           BodiesAtHand& bodies);
  Result<Draft> draft_rollback(store::ReadTransaction& transaction, const protocol::secret::RollbackRequest& request,
                               BodiesAtHand& bodies);
  Status check_replaces(const std::optional<StoredSecret>& stored, std::optional<std::int64_t> check_version) const;
  Result<protocol::secret::SearchResponse> search(const protocol::secret::SearchRequest& request);
  Result<std::vector<std::string>> paths_below(store::ReadTransaction& transaction, const Path& folder) const;
  Result<std::int64_t> purge(store::WriteTransaction& transaction, const protocol::secret::PurgeRequest& request);
  Result<std::int64_t> move(store::WriteTransaction& transaction, const protocol::secret::MoveRequest& request);

  // secret_placing.cpp.
  void write_version(std::shared_ptr<Writing> writing);
  void write_apart(const std::shared_ptr<Writing>& writing);
  Status try_apart(Writing& writing);
  bool stands_all_the_same(Writing& writing, const SecretRepository::Prepared& prepared);
  Status write_draft(store::WriteTransaction& transaction, Writing& writing,
                     const SecretRepository::Prepared* prepared);
  Status draft_and_wait(Writing& writing, const std::function<Status(Draft&)>& use);
  Result<std::uint64_t> append(store::WriteTransaction& transaction, Draft draft,
                               const SecretRepository::Prepared* prepared);
  void finish(const std::shared_ptr<Writing>& writing, const Status& status);
  BodyShelf* shelf_of(Tier tier) noexcept;
  Result<Place> put_body(const Placement& rule, Tier tier, BytesView body, std::string& notice);
  static Status put_and_read_back(BodyShelf& shelf, const Place& place, BytesView body);
  void fetch(BodiesAtHand& bodies);
  bool fetch_from_memory(BodiesAtHand& bodies);
  Result<bool> is_named(const std::string& path, const SecretId& id, std::uint64_t number, const Place& place);
  std::optional<std::string> notice_of(std::string_view path, const Place& place) const;
  void note_keychain(const Status& used);
  void report(std::string_view sentence) const;
  void erase_released();
  void erase_released_soon();

  // secret_promotion.cpp.
  struct Promotion {
    protocol::secret::PromoteResponse done;
    bool keychain_fails = false;

    Status failed(const Error& error);
    void unusable(const Error& error);
  };

  static bool belongs(Tier tier, const Placement& rule) noexcept;
  void add_waiting(std::int64_t more);
  void note_waiting(std::int64_t waiting);
  Result<bool> nothing_lies_apart();
  Status promote_one(const std::string& path, Promotion& promotion);
  Status promote_version(const std::string& path, const SecretId& id, const Version& version, const Placement& rule);
  Status mark_lost(const std::string& path, const SecretId& id, const Version& version);

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
  const Placing placing_;
  SessionShelf session_;
  std::mutex moving_;  // held from the announcement of a body to its name, and while bodies are erased
  mutable std::mutex placing_mutex_;
  PlacingState placing_state_;  // guarded by placing_mutex_
  std::atomic<bool> stopping_ = false;
};

}  // namespace strongroom::secrets
