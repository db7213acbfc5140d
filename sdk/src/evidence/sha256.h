// SHA-256 (FIPS 180-4), by the processor's own instructions where it has them: a log is hashed whole, again and again.
#pragma once

#include <nettle/sha2.h>

#include <strongroom/base/bytes.h>
#include <strongroom/evidence/merkle.h>

namespace strongroom::evidence {

// One digest; not thread-safe.
class Sha256 {
 public:
  Sha256() noexcept { sha256_init(&state_); }

  void add(BytesView bytes) noexcept { sha256_update(&state_, bytes.size(), bytes.data()); }

  Hash finish() noexcept {
    Hash out;
    sha256_digest(&state_, out.size(), out.data());
    return out;
  }

 private:
  sha256_ctx state_;
};

}  // namespace strongroom::evidence
