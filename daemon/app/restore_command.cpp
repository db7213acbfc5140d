#include "daemon/app/restore_command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "daemon/app/open_storage.h"
#include "daemon/app/places.h"
#include "daemon/backups/restore.h"
#include "daemon/backups/utc_text.h"
#include "daemon/lifecycle/store_identity.h"
#include "daemon/platform/descriptor.h"
#include "daemon/platform/exchange_folders.h"
#include "daemon/platform/machine_id.h"
#include "daemon/platform/process_hardening.h"
#include "daemon/vault/private_file.h"
#include "daemon/vault/vault.h"

namespace strongroom::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_longest_secret = 64 * 1024;
constexpr unsigned k_most_work = 20;  // 1 GiB: more is no passphrase of ours
constexpr const char* k_mark = "restored";

fs::path mark_of(const fs::path& state) {
  return state / k_mark;
}

Result<Secret> read_all(int descriptor) {
  Secret all = Secret::of_size(k_longest_secret);
  std::size_t size = 0;
  while (size < k_longest_secret) {
    const ssize_t n = read(descriptor, all.writable().data() + size, k_longest_secret - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(ErrorCode::invalid_argument, "the identity or passphrase cannot be read");
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size == k_longest_secret) return make_error(ErrorCode::too_large, "the identity or passphrase is too long");
  all.truncate(size);
  return all;
}

Secret without_newline(Secret text) {
  const std::string_view all = text.reveal_text(RevealReason::derive);
  std::size_t size = all.size();
  while (size > 0 && (all[size - 1] == '\n' || all[size - 1] == '\r')) --size;
  text.truncate(size);
  return text;
}

Result<age::Credentials> credentials_of(const RestoreOptions& options) {
  const bool by_identity = !options.identity.empty();
  const platform::Descriptor file(by_identity ? open(options.identity.c_str(), O_RDONLY | O_CLOEXEC) : -1);
  if (by_identity && !file)
    return make_error(ErrorCode::not_found, "the file of the identity cannot be read", options.identity.string());
  STRONGROOM_ASSIGN(Secret text, read_all(by_identity ? file.get() : STDIN_FILENO));
  text = without_newline(std::move(text));
  age::Credentials credentials;
  credentials.most_work_factor = k_most_work;
  if (by_identity) {
    STRONGROOM_ASSIGN(credentials.identities, age::parse_identities(text.reveal_text(RevealReason::derive)));
  } else {
    credentials.passphrase = std::move(text);
  }
  return credentials;
}

// A folder beside its place, gone again unless it takes it.
class Staged {
 public:
  Staged(fs::path place, const std::string& time)
      : place_(std::move(place)), staged_(place_.string() + ".restoring-" + time), time_(time) {}

  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;

  ~Staged() {
    std::error_code ignored;
    if (ours_ && !done_) fs::remove_all(staged_, ignored);
  }

  // Nobody else's: what an earlier restore has left is no part of this one.
  Status make() {
    if (mkdir(staged_.c_str(), S_IRWXU) != 0)
      return make_error(ErrorCode::storage_failed, "the folder in which the store would grow cannot be made",
                        staged_.string());
    ours_ = true;
    return {};
  }

  const fs::path& path() const noexcept { return staged_; }

  Status take_place() {
    STRONGROOM_CHECK(platform::exchange_folders(staged_, place_));
    done_ = true;
    return vault::sync_folder(place_.parent_path());
  }

  // The other way round.
  Status give_back() {
    STRONGROOM_CHECK(platform::exchange_folders(staged_, place_));
    done_ = false;
    return {};
  }

  // What was there gets a name that says so; nothing is kept of a folder that held no more than the lock.
  fs::path set_aside() const {
    std::error_code ignored;
    const auto is_lock = [](const fs::directory_entry& entry) { return entry.path().filename() == "lock"; };
    if (std::ranges::all_of(fs::directory_iterator(staged_, ignored), is_lock)) {
      fs::remove_all(staged_, ignored);
      return {};
    }
    const fs::path before = place_.string() + ".before-" + time_;
    std::error_code problem;
    fs::rename(staged_, before, problem);
    return problem ? staged_ : before;
  }

 private:
  fs::path place_;
  fs::path staged_;
  std::string time_;
  bool ours_ = false;
  bool done_ = false;
};

// The lock file of a daemon is no store; whatever else lies there is somebody's.
bool holds_a_store(const fs::path& folder) {
  constexpr std::string_view k_ours[] = {"vault.", "store", "plugins", "audit", "locked"};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (std::ranges::any_of(k_ours, [&](std::string_view one) { return name.starts_with(one); })) return true;
  }
  return false;
}

// "/x/state/" names the folder "/x/state".
fs::path without_slash(const fs::path& folder) {
  const fs::path normal = folder.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

bool lies_in(const fs::path& one, const fs::path& other) {
  const auto [at, end] = std::ranges::mismatch(other, one);
  return at == other.end() && end != one.end();
}

struct Made {
  std::optional<Secret> code;
  bool signer_known = false;
  backup::Manifest manifest;
};

// Everything below the folder reaches the disk.
Status sync_files(const fs::path& folder) {
  std::error_code problem;
  for (const auto& entry : fs::recursive_directory_iterator(folder, problem)) {
    if (!entry.is_regular_file(problem)) continue;
    const platform::Descriptor file(open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file || fsync(file.get()) != 0)
      return make_error(ErrorCode::storage_failed, "a file of the new store could not be brought to the disk",
                        entry.path().string());
  }
  if (problem) return make_error(ErrorCode::storage_failed, "the new store cannot be listed", folder.string());
  return vault::sync_folder(folder);
}

// The storage is opened twice: nothing of it has to outlive a crash while the rows come in, and all of it afterwards.
Status fill(const Configuration& staged, backups::Source source, Made& made) {
  const auto say = [](std::uint32_t, std::string_view) {};
  const auto never = [] { return false; };
  made.signer_known = source.signer.has_value();
  STRONGROOM_ASSIGN(auto filled, open_storage(staged, say, never, StorageUse::fill));
  STRONGROOM_ASSIGN(const backups::Restored restored, backups::restore_rows(std::move(source), *filled));
  made.manifest = restored.manifest;
  filled.reset();
  STRONGROOM_CHECK(sync_files(staged.data));
  STRONGROOM_ASSIGN(auto storage, open_storage(staged, say, never));
  STRONGROOM_ASSIGN(const auto arena,
                    vault::KeyArena::make(staged.require_locked_memory ? vault::KeyArena::Locking::required
                                                                       : vault::KeyArena::Locking::allow_unlocked));
  Bytes machine = platform::machine_id();
  const bool key_file = !machine.empty();
  STRONGROOM_ASSIGN(const auto vault,
                    vault::Vault::open({staged.data, staged.state}, *arena, std::move(machine), {}, system_clock()));
  STRONGROOM_ASSIGN(made.code, vault->restore(restored.header, restored.root.reveal(RevealReason::derive),
                                              {.passphrase = {}, .key_file = key_file, .recovery = true}));
  store::Store store(std::move(storage));
  STRONGROOM_CHECK(lifecycle::adopt_restored(store, *vault));
  const backup::Manifest& m = made.manifest;
  const std::string from = "from the backup of " + backups::utc_text(m.created_ms) +
                           (made.signer_known ? ", whose signer was known" : ", signer unknown") + "; its log was " +
                           m.log_origin + " with " + std::to_string(m.log_entries) + " entries and root " +
                           to_hex(m.log_root);
  STRONGROOM_ASSIGN(auto mark, vault::PendingFile::write(mark_of(staged.state), as_bytes(from), 0600));
  STRONGROOM_CHECK(mark.replace());
  return vault::sync_folder(staged.state);
}

void tell(const Made& made, const std::string& before) {
  const backup::Manifest& m = made.manifest;
  std::printf("Restored %llu rows of %s, %s.\n", static_cast<unsigned long long>(m.rows),
              backups::utc_text(m.created_ms).c_str(),
              made.signer_known ? "signed as you wanted" : "signer unknown (--signer would tell)");
  if (!before.empty()) std::printf("What was there lies in %s; remove it when you do not need it.\n", before.c_str());
  std::printf(
      "Passphrases, recovery codes and shares of the store open it as before. Here it also opens without a person.\n");
  if (!made.code) return;
  const std::string_view code = made.code->reveal_text(RevealReason::deliver);
  std::printf("A new recovery code. Write it down and keep it elsewhere; it is shown this once:\n\n    %.*s\n\n",
              static_cast<int>(code.size()), code.data());
}

// Both or none.
Status take_places(Staged& data, Staged* state) {
  STRONGROOM_CHECK(data.take_place());
  const Status also = state != nullptr ? state->take_place() : Status();
  if (also) return {};
  if (data.give_back()) return also;
  return make_error(
      ErrorCode::storage_failed,
      "only one of the two folders could be exchanged (" + also.error().message + "); what was there lies in",
      data.path().string());
}

Status run(const Invocation& invocation) {
  STRONGROOM_CHECK(platform::harden_process());
  const RestoreOptions& options = invocation.restore;
  Configuration configuration = invocation.configuration;
  configuration.data = without_slash(configuration.data);
  configuration.state = without_slash(configuration.state);
  if (lies_in(configuration.data, configuration.state) || lies_in(configuration.state, configuration.data))
    return make_error(ErrorCode::configuration,
                      "the folders of data and state lie in each other, so that they cannot be exchanged one by one",
                      configuration.state.string());
  const platform::Descriptor file(open(options.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return make_error(ErrorCode::not_found, "the backup cannot be read", options.file.string());
  backups::Source source;
  source.descriptor = file.get();
  STRONGROOM_ASSIGN(source.credentials, credentials_of(options));
  if (!options.signer.empty()) {
    STRONGROOM_ASSIGN(source.signer, evidence::VerifierKey::parse(options.signer));
  }
  STRONGROOM_CHECK(prepare_folder(configuration.data));
  STRONGROOM_CHECK(prepare_folder(configuration.state));
  STRONGROOM_ASSIGN(const auto lock, InstanceLock::take(configuration.data));
  const bool there = holds_a_store(configuration.data) || holds_a_store(configuration.state);
  if (there && !options.replace)
    return make_error(ErrorCode::already_initialized,
                      "there is a store already; --replace puts the backup in its place and keeps it beside",
                      configuration.data.string());
  Made made;

  // Two restores may begin within a second.
  const std::string name = backups::utc_text(system_clock().now_ms()) + "-" + std::to_string(getpid());
  Staged data(configuration.data, name);
  Staged state(configuration.state, name);
  Configuration staged = configuration;
  staged.data = data.path();
  staged.state = configuration.state == configuration.data ? data.path() : state.path();
  STRONGROOM_CHECK(data.make());
  if (staged.state != staged.data) STRONGROOM_CHECK(state.make());
  STRONGROOM_CHECK(fill(staged, std::move(source), made));
  // A daemon that is started in between waits for the folder that it finds, too.
  STRONGROOM_ASSIGN(const auto new_lock, InstanceLock::take(staged.data));
  STRONGROOM_CHECK(take_places(data, staged.state != staged.data ? &state : nullptr));
  std::string before = data.set_aside().string();
  const std::string also = staged.state != staged.data ? state.set_aside().string() : std::string();
  before += (before.empty() || also.empty() ? "" : " and ") + also;
  tell(made, before);
  return {};
}

}  // namespace

int restore(const Invocation& invocation) {
  const Status done = run(invocation);
  if (done) return 0;
  const Error& error = done.error();
  const std::string about = error.subject.empty() ? "" : error.subject + ": ";
  std::fprintf(stderr, "strongroomd: nothing was restored: %s%s\n", about.c_str(), error.message.c_str());
  return static_cast<int>(error_info(error.code).exit_code);
}

std::optional<std::string> take_restored_mark(const fs::path& state) {
  Bytes text(4096);
  const auto size = vault::read_private_file(mark_of(state), text);
  if (!size || !vault::remove_file(mark_of(state))) return std::nullopt;
  return std::string(as_text(BytesView(text).first(*size)));
}

}  // namespace strongroom::app
