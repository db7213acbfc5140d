// What the vault's tests share: a folder that goes away, a clock that stands still, short forms for results, and
// children in which limits and users are changed.
#pragma once

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>

#include "daemon/vault/vault.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRONGROOM_UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STRONGROOM_UNDER_SANITIZER 1
#endif
#endif

namespace strongroom::vault::test {

inline constexpr KdfCost k_cheap = k_kdf_floor;

template <class T>
std::optional<ErrorCode> failure(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

template <class T>
std::string message(const Result<T>& result) {
  return result ? std::string() : result.error().message;
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "unexpected error: %s\n", result.error().message.c_str());
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A folder with a space in its name, owned by this user, 0700.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "strong room XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    path_ = name;
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct StillClock final : Clock {
  std::int64_t now_ms() const noexcept override { return 1'700'000'000'000; }
};

inline Bytes read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

inline void write_file(const std::filesystem::path& file, BytesView content) {
  std::filesystem::remove(file);
  {
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  }
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

inline Secret secret(std::string_view text) {
  return Secret(as_bytes(text));
}

inline std::string text_of(const Secret& s) {
  return std::string(s.reveal_text(RevealReason::test));
}

// The exit code of a child that runs `work`; -1 when it was killed.
inline int in_child(const std::function<int()>& work) {
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(work());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Makes a child an ordinary user, to whom limits and modes apply; `folder` becomes theirs. Nothing when it is one
// already.
inline bool become_ordinary(const std::filesystem::path& folder) {
  if (::geteuid() != 0) return true;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (::lchown(entry.path().c_str(), 65534, 65534) != 0) return false;
  return ::chown(folder.c_str(), 65534, 65534) == 0 && ::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 &&
         ::setuid(65534) == 0;
}

inline const ItemContext k_head{"head", "default", "secrets", as_bytes("row"), as_bytes("parent"), 7, {}, 1};

// Two folders, an arena and vaults over them.
class VaultFixture : public ::testing::Test {
 protected:
  VaultFixture() : arena(must(KeyArena::make(KeyArena::Locking::allow_unlocked))) {
    std::filesystem::create_directory(places.data);
    std::filesystem::create_directory(places.state);
  }

  Result<std::unique_ptr<Vault>> try_load() { return Vault::open(places, *arena, machine, k_cheap, clock); }

  std::unique_ptr<Vault> load() { return must(try_load()); }

  // A store with a key file and a recovery code: no Argon2.
  std::unique_ptr<Vault> make() {
    auto vault = load();
    code = std::move(*must(vault->create({std::nullopt, true, true})));
    return vault;
  }

  Bytes seal(const Vault& vault, const ItemContext& context, std::string_view value) {
    const BytesView fields[] = {as_bytes(value)};
    Bytes item;
    must(vault.seal(context, fields, item));
    return item;
  }

  Result<std::string> open(const Vault& vault, const ItemContext& context, BytesView item) {
    auto fields = vault.open(context, item, wiped_heap());
    if (!fields) return std::move(fields).error();
    return text_of(fields->at(0));
  }

  std::filesystem::path a() const { return places.data / "vault.a"; }

  std::filesystem::path b() const { return places.data / "vault.b"; }

  std::filesystem::path key_file() const { return places.state / "vault.key"; }

  TemporaryFolder folder;
  Places places{folder.path() / "data", folder.path() / "state"};
  StillClock clock;
  std::unique_ptr<KeyArena> arena;
  Bytes machine = Bytes(16, 0x5a);
  Secret code;
};

}  // namespace strongroom::vault::test
