#include "daemon/exports/output.h"

#include <sodium.h>
#include <unistd.h>

#include <cerrno>

namespace strongroom::exports {

Result<Finished> finish_file(int descriptor) {
  if (fsync(descriptor) != 0) return make_error(ErrorCode::storage_failed, "the file could not be brought to the disk");
  Finished finished;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  Bytes buffer(256 * 1024);
  for (;;) {
    const ssize_t n = pread(descriptor, buffer.data(), buffer.size(), static_cast<off_t>(finished.bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(ErrorCode::storage_failed, "the file cannot be read");
    if (n == 0) break;
    crypto_hash_sha256_update(&state, buffer.data(), static_cast<unsigned long long>(n));
    finished.bytes += static_cast<std::uint64_t>(n);
  }
  crypto_hash_sha256_final(&state, finished.sha256.data());
  return finished;
}

}  // namespace strongroom::exports
