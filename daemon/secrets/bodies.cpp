#include "daemon/secrets/bodies.h"

namespace strongroom::secrets {

namespace {

constexpr std::size_t k_most_bytes = 64 * 1024 * 1024;  // of all together; sealed, and in memory that may be swapped

}  // namespace

Status SessionShelf::put(const BodyId& id, BytesView body) {
  const std::lock_guard guard(mutex_);
  std::size_t bytes = body.size();
  for (const auto& [other, kept] : bodies_) bytes += kept.size();
  if (bytes > k_most_bytes)
    return make_error(ErrorCode::storage_full, "values that are kept in memory only take up to 64 MiB together");
  bodies_.insert_or_assign(id, Bytes(body.begin(), body.end()));
  return {};
}

Result<Bytes> SessionShelf::get(const BodyId& id) {
  const std::lock_guard guard(mutex_);
  const auto found = bodies_.find(id);
  if (found == bodies_.end())
    return make_error(ErrorCode::not_found,
                      "the value was kept in memory only, for a session that has ended; set it again");
  return found->second;
}

Status SessionShelf::erase(const BodyId& id) {
  const std::lock_guard guard(mutex_);
  bodies_.erase(id);
  return {};
}

void SessionShelf::clear() {
  const std::lock_guard guard(mutex_);
  bodies_.clear();
}

}  // namespace strongroom::secrets
