// The handlers of io.strongroom.Secret.
#pragma once

#include <functional>
#include <memory_resource>

#include <strongroom/base/clock.h>
#include <strongroom/base/completion.h>
#include <strongroom/protocol/methods/secret.h>

#include "daemon/secrets/read_times.h"
#include "daemon/secrets/secret_repository.h"
#include "daemon/store/store.h"

namespace strongroom::secrets {

// Thread-safe. Reads run on the calling thread inside the store's current batch; writes finish on the writer thread.
class SecretService {
 public:
  // All must outlive the service. `memory` holds values on their way.
  SecretService(const vault::Vault& vault, store::Store& store, store::FreshnessTracker& freshness, const Clock& clock,
                std::pmr::memory_resource* memory);

  using Problem = protocol::secret::Problem;

  Result<protocol::secret::GetResponse> handle(protocol::secret::Get, protocol::secret::GetRequest&& request);
  Result<protocol::secret::GetManyResponse> handle(protocol::secret::GetMany,
                                                   protocol::secret::GetManyRequest&& request);
  Result<protocol::secret::ListResponse> handle(protocol::secret::List, protocol::secret::ListRequest&& request);
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

  // Stores the read times kept in memory; waits for it. Before lock and stop; not on the writer or an I/O thread.
  Status save_read_times();

 private:
  Status read(const std::function<Status(store::ReadTransaction&, Suspects&)>& work);
  Result<protocol::secret::GetResponse> get(store::ReadTransaction& transaction,
                                            const protocol::secret::GetRequest& request, Suspects& suspects);
  Result<std::uint64_t> put(store::WriteTransaction& transaction, const protocol::secret::PutRequest& request);
  using HeadChange = std::function<Status(Head&)>;
  void change_head(std::string path, HeadChange change, Completion<protocol::secret::VersionResponse> completion);
  Status write_read_times(store::WriteTransaction& transaction,
                          const std::vector<std::pair<std::string, std::int64_t>>& times);
  std::optional<protocol::service::Freshness> freshness_note() const;

  store::Store& store_;
  store::FreshnessTracker& freshness_;
  const Clock& clock_;
  std::pmr::memory_resource* memory_;
  SecretRepository repository_;
  ReadTimes read_times_;
};

}  // namespace strongroom::secrets
