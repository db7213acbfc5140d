// Epochs: each has a key that signs its checkpoints, closes it by naming the next key, and is then gone.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <strongroom/base/random.h>
#include <strongroom/evidence/ed25519.h>
#include <strongroom/evidence/verify_log.h>

#include "daemon/audit/keeper.h"
#include "daemon/vault/private_file.h"

namespace strongroom::audit {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_key_file = "epoch.key";
constexpr const char* k_next_key_file = "epoch.key.next";

Status rename_durably(const fs::path& from, const fs::path& to) {
  if (rename(from.c_str(), to.c_str()) != 0)
    return make_error(ErrorCode::storage_failed, "the key of the audit log's epoch cannot be kept");
  return vault::sync_folder(to.parent_path());
}

// As far as a file system lets one: the old bytes are overwritten before their name goes.
void overwrite(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return;
  struct stat status{};
  if (fstat(descriptor, &status) == 0) {
    const Bytes zeros(static_cast<std::size_t>(status.st_size));
    (void)!pwrite(descriptor, zeros.data(), zeros.size(), 0);
    fsync(descriptor);
  }
  close(descriptor);
}

struct StoredKey {
  std::uint32_t epoch = 0;
  vault::Key seed;
  evidence::PublicKey public_key{};
};

Result<StoredKey> read_key(const fs::path& file, const LogKeys& keys, vault::KeyArena& arena) {
  STRONGROOM_ASSIGN(const std::string text, evidence::read_log_file(file, 4096));
  ByteReader reader(as_bytes(text));
  StoredKey stored;
  stored.epoch = reader.u32();
  const BytesView sealed = reader.raw(80);
  if (!reader.finished()) return make_error(ErrorCode::tampered, "the key of the audit log's epoch is damaged");
  STRONGROOM_ASSIGN(stored.seed, arena.take(vault::k_key_size));
  STRONGROOM_CHECK(open_box(sealed, keys, stored.seed.writable()));
  STRONGROOM_ASSIGN(stored.public_key, evidence::Ed25519::public_key(stored.seed.view()));
  return stored;
}

}  // namespace

Status Keeper::save_epoch_key(const vault::Key& seed, std::uint32_t epoch, const char* name) {
  STRONGROOM_ASSIGN(const Bytes sealed, seal_box(seed.view(), epoch_.opening_key));
  std::string content;
  for (unsigned i = 0; i < 4; ++i) content.push_back(static_cast<char>(epoch >> (8 * i)));
  content.append(as_text(sealed));
  return folder_.replace(name, content);
}

Result<Bytes> Keeper::epoch_content(BytesView header, std::uint64_t size, const evidence::PublicKey& next_key) {
  STRONGROOM_CHECK(catch_up(size));
  const evidence::Hash root = size == 0 ? evidence::empty_root() : tree_.root();
  Bytes content;
  ByteWriter writer(content);
  // The header names the new epoch; the writer's lock is held, so it cannot be asked.
  ByteReader epoch_field(header.subspan(4));
  writer.u32(epoch_field.u32() - 1);
  writer.u64(size);
  writer.raw(root);
  writer.raw(next_key);
  writer.raw(epoch_.identity_key);
  writer.raw(epoch_.opening_key);
  writer.raw(epoch_.log_id);
  writer.raw(epoch_.store_id);
  Bytes bytes(header.begin(), header.end());
  bytes.insert(bytes.end(), content.begin(), content.end());
  const Bytes message = evidence::epoch_message(bytes);
  evidence::Signature closing{};
  if (size != 0) {
    STRONGROOM_ASSIGN(closing, evidence::Ed25519::sign(epoch_seed_.view(), message));
  }
  STRONGROOM_ASSIGN(const evidence::Signature identity, evidence::Ed25519::sign(identity_seed_.view(), message));
  writer.raw(closing);
  writer.raw(identity);
  return content;
}

Status Keeper::begin_log(const LogKeys& keys, const evidence::EpochEntry& first, vault::Key seed) {
  const std::lock_guard guard(mutex_);
  epoch_ = first;
  STRONGROOM_ASSIGN(identity_seed_, ports_.arena.take(vault::k_key_size));
  std::ranges::copy(keys.identity_seed.view(), identity_seed_.writable().begin());
  return put_epoch(std::move(seed));
}

Status Keeper::put_epoch() {
  STRONGROOM_ASSIGN(vault::Key seed, ports_.arena.take(vault::k_key_size));
  fill_random(seed.writable());
  return put_epoch(std::move(seed));
}

// The next key is on the disk before anything says that it is the next one.
Status Keeper::put_epoch(vault::Key seed) {
  STRONGROOM_ASSIGN(const evidence::PublicKey next, evidence::Ed25519::public_key(seed.view()));
  STRONGROOM_CHECK(settle_epoch_key());
  STRONGROOM_CHECK(save_epoch_key(seed, writer_.epoch() + 1, k_next_key_file));
  STRONGROOM_CHECK(writer_.append_epoch(
      [&](BytesView header, std::uint64_t size) { return epoch_content(header, size, next); }, epoch_.opening_key));
  writer_.sync(writer_.next() - 1);
  epoch_seed_ = std::move(seed);
  epoch_.epoch_key = next;
  key_is_next_ = true;
  note_epoch_begin();
  return settle_epoch_key();
}

// The key that signs takes the place of the one before, which is gone then. While that fails it stays where it is.
Status Keeper::settle_epoch_key() {
  if (!key_is_next_) return {};
  if (vault::file_exists(folder_.path() / k_next_key_file)) {
    overwrite(folder_.path() / k_key_file);
    STRONGROOM_CHECK(rename_durably(folder_.path() / k_next_key_file, folder_.path() / k_key_file));
  }
  key_is_next_ = false;
  return {};
}

// What is appended only because an epoch began does not make the next one necessary.
void Keeper::note_epoch_begin() {
  epoch_began_ = writer_.next();
  epoch_since_ = Clock::now();
}

Status Keeper::change_epoch(bool now) {
  const std::lock_guard guard(mutex_);
  if (epoch_seed_.empty()) return make_error(ErrorCode::locked, "the epoch cannot be closed before the first unlock");
  if (!now && writer_.next() <= epoch_began_) return {};
  return put_epoch();
}

Status Keeper::take_keys(const LogKeys& keys) {
  const std::lock_guard guard(mutex_);
  if (keys.identity != epoch_.identity_key || keys.opening != epoch_.opening_key)
    return make_error(ErrorCode::tampered, "the keys of the audit log were exchanged outside Strongroom");
  if (!epoch_seed_.empty()) return {};
  STRONGROOM_ASSIGN(identity_seed_, ports_.arena.take(vault::k_key_size));
  std::ranges::copy(keys.identity_seed.view(), identity_seed_.writable().begin());
  for (const char* name : {k_key_file, k_next_key_file}) {
    auto stored = read_key(folder_.path() / name, keys, ports_.arena);
    if (!stored || stored->public_key != epoch_.epoch_key) continue;
    key_is_next_ = name == k_next_key_file;
    STRONGROOM_CHECK(settle_epoch_key());
    epoch_seed_ = std::move(stored->seed);
    // Its age is not known after a restart: what was signed with it so far may be an hour old.
    epoch_began_ = 0;
    epoch_since_ = Clock::now();
    return {};
  }
  return make_error(ErrorCode::tampered,
                    "the key of the audit log's epoch is gone or was exchanged; nothing can be signed any more");
}

bool Keeper::can_sign() const {
  const std::lock_guard guard(mutex_);
  return !epoch_seed_.empty();
}

}  // namespace strongroom::audit
