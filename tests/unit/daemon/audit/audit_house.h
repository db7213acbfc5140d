// A log in a private folder, with clocks that a test sets and keys of its own.
#pragma once

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <strongroom/base/random.h>
#include <strongroom/evidence/ed25519.h>
#include <strongroom/evidence/verify_log.h>

#include "daemon/audit/log.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::tests {

class SetClocks final : public audit::Clocks {
 public:
  std::int64_t wall_ns() const noexcept override { return wall_s_ * 1'000'000'000; }

  std::uint64_t boot_ns() const noexcept override { return static_cast<std::uint64_t>(boot_s_) * 1'000'000'000; }

  evidence::BootId boot_id() const noexcept override { return {1, 2, 3}; }

  void pass(std::int64_t seconds) {
    wall_s_ += seconds;
    boot_s_ += seconds;
  }

  void set_wall(std::int64_t seconds) { wall_s_ = seconds; }

  std::int64_t wall_s() const { return wall_s_; }

 private:
  std::atomic<std::int64_t> wall_s_ = 1'800'000'000;
  std::atomic<std::int64_t> boot_s_ = 1000;
};

// While it lives no file can grow beyond `size` bytes: writes behind it fail (EFBIG), as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t size) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{size, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }

  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

class AuditHouse : public testing::Test {
 protected:
  AuditHouse() {
    auto made = vault::KeyArena::make(vault::KeyArena::Locking::allow_unlocked);
    arena_ = std::move(made).value();
    fill_random(identity_);
    fill_random(opening_);
  }

  audit::LogKeys keys() const { return keys(identity_, opening_); }

  audit::LogKeys keys(const evidence::Key32& identity, const evidence::Key32& opening) const {
    audit::LogKeys keys;
    keys.identity_seed = arena_->take(32).value();
    std::ranges::copy(identity, keys.identity_seed.writable().begin());
    keys.opening_secret = arena_->take(32).value();
    keys.index_key = arena_->take(32).value();
    crypto_box_seed_keypair(keys.opening.data(), keys.opening_secret.writable().data(), opening.data());
    keys.identity = evidence::Ed25519::public_key(keys.identity_seed.view()).value();
    return keys;
  }

  audit::AuditLog::Options options() {
    audit::AuditLog::Options options;
    options.folder = folder();
    options.segment_size = segment_size_;
    options.times = times_;
    options.report = [this](std::string_view line) { reported_ += std::string(line) + "\n"; };
    options.observe_key = [this](std::uint64_t, std::uint32_t, BytesView key) {
      used_keys_.emplace_back(key.begin(), key.end());
    };
    return options;
  }

  // Opens what is there; does not unlock it.
  void open() {
    auto opened = audit::AuditLog::open(options(), *arena_, clocks_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(opened).value();
  }

  void begin() {
    open();
    const Status begun = log_->begin(keys(), store_id_);
    ASSERT_TRUE(begun) << begun.error().message;
    unlock();
  }

  void unlock(const audit::StoreState& store = {}) {
    const auto agreed = log_->unlock(keys(), store);
    ASSERT_TRUE(agreed) << agreed.error().message;
    EXPECT_EQ(*agreed, audit::Agreement::agree);
  }

  void close() { log_.reset(); }

  // A crash: what was signed last stays behind what was written last.
  Result<std::uint64_t> append(std::string_view action = "secret.get", std::string_view path = "api/key") {
    evidence::Event event;
    event.action = action;
    event.rule = "owner";
    event.result = "ok";
    event.actor = "uid:1000";
    event.authentication = "peer";
    event.uid = 1000;
    event.request = ++requests_;
    const auto object = object_of(path);
    event.objects = object;
    if (!path.empty()) event.paths.push_back(path);
    return log_->append(event, {}, audit::Room::ordinary);
  }

  void append_many(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(append("secret.get", "key/" + std::to_string(i % 7)));
  }

  static Bytes object_of(std::string_view path) {
    Bytes id(16);
    crypto_generichash(id.data(), id.size(), reinterpret_cast<const Byte*>(path.data()), path.size(), nullptr, 0);
    return id;
  }

  std::filesystem::path folder() const { return folder_.path() / "audit"; }

  // The log as it lies there now, while its thread exchanges files: one that goes while it is copied begins it anew.
  void copy_to(const std::filesystem::path& copy) const {
    for (std::error_code problem;;) {
      std::filesystem::copy(folder(), copy, std::filesystem::copy_options::recursive, problem);
      if (!problem) return;
      std::filesystem::remove_all(copy);
    }
  }

  evidence::LogReport verified(const evidence::VerifyOptions& options = {}) const {
    auto report = evidence::verify_log(folder(), options);
    if (!report) return {.problem = report.error().message};
    return std::move(report).value();
  }

  // What the readable entries say, as "action path".
  std::vector<std::string> said() {
    std::vector<std::string> lines;
    const Status read = log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      for (std::uint64_t i = 0; i < end; ++i) {
        STRONGROOM_ASSIGN(const auto entry, reader.read(i));
        if (!entry.event) continue;
        const auto& event = entry.event->event;
        lines.push_back(std::string(event.action) +
                        (event.paths.empty() ? "" : " " + std::string(event.paths.front())));
      }
      return {};
    });
    EXPECT_TRUE(read) << read.error().message;
    return lines;
  }

  std::filesystem::path newest_segment() const { return evidence::list_segments(folder()).value().back().path; }

  TemporaryFolder folder_;
  std::unique_ptr<vault::KeyArena> arena_;
  SetClocks clocks_;
  evidence::Key32 identity_{};
  evidence::Key32 opening_{};
  std::array<Byte, 16> store_id_{7};
  std::uint64_t segment_size_ = 128 * 1024;
  audit::Keeper::Times times_{};
  std::unique_ptr<audit::AuditLog> log_;
  std::string reported_;
  std::vector<Bytes> used_keys_;
  std::uint64_t requests_ = 0;
};

}  // namespace strongroom::tests
