#include <nettle/sha2.h>

#include <strongroom/backup/archive.h>
#include <strongroom/backup/piece_worker.h>
#include <strongroom/base/wiped_memory.h>

namespace strongroom::backup {
namespace {

// Less is hashed sooner than a thread begins.
constexpr std::size_t k_worth_a_thread = 256 * 1024;

}  // namespace

struct StreamDigest::State {
  // A root key may be what was hashed last, and nettle keeps it.
  ~State() {
    worker.reset();
    wipe(&hash, sizeof hash);
  }

  Status add(BytesView bytes) noexcept {
    sha256_update(&hash, bytes.size(), bytes.data());
    return {};
  }

  sha256_ctx hash;
  std::size_t size = 0;
  std::unique_ptr<PieceWorker> worker;  // last: it uses the hash
};

StreamDigest::StreamDigest() : state_(std::make_unique<State>()) {
  sha256_init(&state_->hash);
}

StreamDigest::StreamDigest(StreamDigest&&) noexcept = default;
StreamDigest& StreamDigest::operator=(StreamDigest&&) noexcept = default;
StreamDigest::~StreamDigest() = default;

void StreamDigest::add(BytesView bytes) {
  State& s = *state_;
  s.size += bytes.size();
  if (!s.worker && s.size > k_worth_a_thread)
    s.worker = std::make_unique<PieceWorker>([&s](BytesView piece) { return s.add(piece); });
  if (s.worker)
    (void)s.worker->add(bytes);  // hashing does not fail
  else
    (void)s.add(bytes);
}

Digest StreamDigest::end() {
  if (state_->worker) (void)state_->worker->finish();
  Digest digest{};
  sha256_digest(&state_->hash, digest.size(), digest.data());
  wipe(&state_->hash, sizeof state_->hash);
  sha256_init(&state_->hash);
  return digest;
}

}  // namespace strongroom::backup
