// A disk that is full or cannot be written: nothing is lost and nothing is half done.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::in_child;
using test::k_head;
using test::must;
using test::read_file;

class VaultFaults : public test::VaultFixture {
 protected:
  static bool limit_files(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {bytes, bytes};
    return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
  }

  static std::ptrdiff_t entries(const std::filesystem::path& in) {
    return std::distance(std::filesystem::directory_iterator(in), {});
  }
};

TEST_F(VaultFaults, AFullDiskChangesNoSlot) {
  // Room for the first bytes, so that a write stops half-way, and for none.
  for (const rlim_t room : {rlim_t{0}, rlim_t{300}}) {
    std::filesystem::remove_all(places.data);
    std::filesystem::remove_all(places.state);
    std::filesystem::create_directory(places.data);
    std::filesystem::create_directory(places.state);
    EXPECT_EQ(in_child([&] {
                arena = must(KeyArena::make(KeyArena::Locking::allow_unlocked));
                const auto vault = make();
                const Bytes before = read_file(a());
                const Bytes item = seal(*vault, k_head, "value");
                const auto slots = vault->slots();
                if (!limit_files(room)) return 10;
                if (failure(vault->add_recovery("r")) != ErrorCode::storage_full) return 11;
                if (failure(vault->remove_slot(slots[0].id)) != ErrorCode::storage_full) return 12;
                if (failure(vault->ensure_name_space("other")) != ErrorCode::storage_full) return 13;
                if (vault->slots().size() != slots.size() || vault->header_report().generation != 1) return 14;
                if (must(open(*vault, k_head, item)) != "value") return 15;
                if (read_file(a()) != before || read_file(b()) != before || entries(places.data) != 2) return 16;
                if (!load()->unlock_unattended()) return 17;
                if (arena->in_use() == 0) return 18;
                return 0;
              }),
              0);
    EXPECT_TRUE(load()->unlock_unattended());
  }
}

TEST_F(VaultFaults, AFullDiskLeavesNoHalfMadeStore) {
  for (const rlim_t room : {rlim_t{0}, rlim_t{16}, rlim_t{100}}) {
    EXPECT_EQ(in_child([&] {
                arena = must(KeyArena::make(KeyArena::Locking::allow_unlocked));
                const auto vault = load();
                if (!limit_files(room)) return 10;
                if (failure(vault->create({std::nullopt, true, true})) != ErrorCode::storage_full) return 11;
                if (vault->state() != State::uninitialized) return 12;
                if (entries(places.data) != 0 || entries(places.state) != 0) return 13;
                return arena->is_blank() ? 0 : 14;
              }),
              0)
        << room;
  }
  make();
}

TEST_F(VaultFaults, AFolderThatCannotBeWrittenIsReadOnlyAndStillOpens) {
  EXPECT_EQ(in_child([&] {
              if (!test::become_ordinary(folder.path())) return 10;
              arena = must(KeyArena::make(KeyArena::Locking::allow_unlocked));
              auto vault = make();
              ::chmod(places.data.c_str(), 0500);
              if (failure(vault->add_recovery("r")) != ErrorCode::read_only) return 11;
              if (vault->slots().size() != 2) return 12;
              if (failure(vault->lock(true)) != ErrorCode::read_only) return 13;
              if (vault->state() != State::locked || !arena->is_blank()) return 14;
              ::chmod(places.data.c_str(), 0700);
              std::filesystem::remove(b());
              ::chmod(places.data.c_str(), 0500);
              vault = load();
              if (!vault->unlock_unattended()) return 15;
              if (vault->header_report().problem.find("could not be restored") == std::string::npos) return 16;
              ::chmod(places.data.c_str(), 0700);
              if (!vault->lock(false) || !vault->unlock_unattended()) return 17;
              return std::filesystem::exists(b()) ? 0 : 18;
            }),
            0);
}

TEST_F(VaultFaults, WhatACrashLeftBesideTheCopiesIsNoHindrance) {
  auto vault = make();
  test::write_file(places.data / "vault.a.new", as_bytes("half"));
  test::write_file(places.data / "vault.b.new", as_bytes("half"));
  vault = load();
  must(vault->unlock_unattended());
  must(vault->add_recovery("r"));
  EXPECT_EQ(entries(places.data), 2);
}

}  // namespace
}  // namespace strongroom::vault
