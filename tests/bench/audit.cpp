// The audit log against the raw limits of the machine in the same run: prints one JSON object of named figures.
//
//   bench_audit FOLDER [EVENTS]     FOLDER lies on the disk that counts; EVENTS (1000000) for the large log
//
// The floor of an append seals, hashes, writes and syncs the same bytes with libsodium and the kernel alone.
#include <fcntl.h>
#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <strongroom/base/random.h>
#include <strongroom/evidence/ed25519.h>
#include <strongroom/evidence/verify_log.h>

#include "daemon/audit/log.h"
#include "daemon/audit/query.h"

namespace strongroom::bench {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

template <class T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "bench_audit: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

void say(const char* name, double value) {
  static bool first = true;
  std::printf("%s\n  \"%s\": %.6g", first ? "{" : ",", name, value);
  std::fflush(stdout);
  first = false;
}

class House {
 public:
  explicit House(fs::path folder)
      : folder_(std::move(folder)), arena_(need(vault::KeyArena::make(vault::KeyArena::Locking::allow_unlocked))) {
    fill_random(identity_);
    fill_random(opening_);
    fs::remove_all(folder_);
  }

  audit::LogKeys keys() const {
    audit::LogKeys keys;
    for (vault::Key* key : {&keys.identity_seed, &keys.opening_secret, &keys.index_key}) *key = need(arena_->take(32));
    std::ranges::copy(identity_, keys.identity_seed.writable().begin());
    crypto_box_seed_keypair(keys.opening.data(), keys.opening_secret.writable().data(), opening_.data());
    keys.identity = need(evidence::Ed25519::public_key(keys.identity_seed.view()));
    return keys;
  }

  void open() { log_ = need(audit::AuditLog::open({.folder = folder_}, *arena_, audit::system_clocks())); }

  void begin() {
    open();
    need(log_->begin(keys(), {}));
    need(log_->unlock(keys(), {}));
  }

  // A get of one secret, as the daemon records it.
  std::uint64_t append(std::uint64_t number) {
    const std::string path = "service-" + std::to_string(number % 5000) + "/key";
    std::array<Byte, 16> object{};
    crypto_generichash(object.data(), object.size(), reinterpret_cast<const Byte*>(path.data()), path.size(), nullptr,
                       0);
    evidence::Event event;
    event.action = number % 50 == 0 ? "secret.put" : "secret.get";
    event.rule = "owner";
    event.result = "ok";
    event.actor = "uid:1000";
    event.authentication = "peer";
    event.session = 3;
    event.uid = 1000;
    event.pid = 4711;
    event.client = "strongroom";
    event.objects = object;
    event.request = number;
    event.paths.push_back(path);
    return need(log_->append(event, {}, audit::Room::ordinary));
  }

  audit::AuditLog& log() { return *log_; }

  void close() { log_.reset(); }

  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
  std::unique_ptr<vault::KeyArena> arena_;
  evidence::Key32 identity_{};
  evidence::Key32 opening_{};
  std::unique_ptr<audit::AuditLog> log_;
};

// Bytes of an event as append() makes it, with its frame.
constexpr std::size_t k_event_bytes = 600;

// Seals, hashes, writes and syncs the same bytes without anything of ours.
class Floor {
 public:
  explicit Floor(const fs::path& file) : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600)) {
    (void)posix_fallocate(descriptor_, 0, 256 << 20);
    fill_random(plain_);
    fill_random(key_);
  }

  ~Floor() { ::close(descriptor_); }

  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  void append() {
    Byte nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = {};
    Byte hash[32];
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed_.data(), nullptr, plain_.data(), plain_.size(), nullptr, 0,
                                               nullptr, nonce, key_.data());
    crypto_hash_sha256(hash, sealed_.data(), sealed_.size());
    if (pwrite(descriptor_, sealed_.data(), sealed_.size(), at_) < 0) std::exit(1);
    at_ += static_cast<off_t>(sealed_.size());
  }

  void sync() { fdatasync(descriptor_); }

 private:
  int descriptor_;
  off_t at_ = 0;
  std::array<Byte, 32> key_{};
  std::array<Byte, k_event_bytes - 16> plain_{};
  std::array<Byte, k_event_bytes> sealed_{};
};

void measure_appends(const fs::path& folder) {
  House house(folder / "small");
  house.begin();
  Floor floor(folder / "floor");
  std::uint64_t number = 0;
  constexpr int k_written = 100'000;
  // In turn, so that a slow moment of the machine meets both.
  constexpr int k_rounds = 5;
  double ours_each = 0;
  double floor_each = 0;
  double ours_64 = 0;
  double floor_64 = 0;
  for (int round = 0; round < k_rounds; ++round) {
    floor_each += seconds_of([&] {
      for (int i = 0; i < 300; ++i) floor.append(), floor.sync();
    });
    ours_each += seconds_of([&] {
      for (int i = 0; i < 300; ++i) house.log().sync(house.append(++number));
    });
    floor_64 += seconds_of([&] {
      for (int i = 0; i < 100; ++i) {
        for (int k = 0; k < 64; ++k) floor.append();
        floor.sync();
      }
    });
    ours_64 += seconds_of([&] {
      for (int i = 0; i < 100; ++i) {
        std::uint64_t last = 0;
        for (int k = 0; k < 64; ++k) last = house.append(++number);
        house.log().sync(last);
      }
    });
  }
  say("append durable each, of the floor", floor_each / ours_each);
  say("append groups of 64, of the floor", floor_64 / ours_64);
  say("floor durable each, per second", 300 * k_rounds / floor_each);
  say("append durable each, per second", 300 * k_rounds / ours_each);
  say("append groups of 64, events per second", 6400 * k_rounds / ours_64);
  const double cpu_before = cpu_seconds();
  const double written = seconds_of([&] {
    for (int i = 0; i < k_written; ++i) house.append(++number);
  });
  say("append written us", written / k_written * 1e6);
  need(house.log().keeper().checkpoint());
  say("append and follow cpu us", (cpu_seconds() - cpu_before) / k_written * 1e6);
  house.close();
  fs::remove_all(house.folder());
}

double percentile(std::vector<double>& values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

// First pages of 50 events, each through a reader of its own as the daemon makes one.
void measure_queries(House& house, std::uint64_t events) {
  std::mt19937_64 random(7);
  audit::EventIndex index(house.folder());
  const auto with_index = [&](const std::function<void(audit::EventReader&, std::uint64_t, BytesView)>& work) {
    need(house.log().with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      work(reader, end, reader.index_key());
      return {};
    }));
  };
  say("index of the large log s", seconds_of([&] {
        with_index([&](audit::EventReader& reader, std::uint64_t end, BytesView key) {
          need(index.catch_up(reader, 0, end, key));
        });
      }));
  std::vector<double> times;
  for (int i = 0; i < 60; ++i) {
    audit::Query query;
    const std::string path = "service-" + std::to_string(random() % 5000) + "/key";
    Bytes object(16);
    crypto_generichash(object.data(), object.size(), reinterpret_cast<const Byte*>(path.data()), path.size(), nullptr,
                       0);
    if (i % 6 == 0) query.object = object;
    if (i % 6 == 1) query.request = random() % events;
    if (i % 6 == 2) query.action = "secret.never";
    if (i % 6 == 3) query.decision = evidence::Decision::denied;
    if (i % 6 == 4) query.action = "secret.put", query.object = object;
    times.push_back(seconds_of([&] {
                      with_index([&](audit::EventReader& reader, std::uint64_t end, BytesView key) {
                        std::size_t found = 0;
                        need(audit::find_newest_first(reader, index, key, query, 0, end,
                                                      [&](const auto&) { return ++found < 50; }));
                      });
                    }) *
                    1e3);
  }
  say("query first page p50 ms", percentile(times, 0.5));
  say("query first page p99 ms", percentile(times, 0.99));
}

void measure_large(const fs::path& folder, std::uint64_t events) {
  House empty(folder / "empty");
  empty.begin();
  empty.close();
  House house(folder / "large");
  house.begin();
  for (std::uint64_t i = 0; i < events; ++i) house.append(i);
  need(house.log().keeper().checkpoint());
  std::vector<double> proofs;
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t sequence = random() % events;
    proofs.push_back(seconds_of([&] {
                       need(house.log().keeper().with_tree([&](const evidence::TiledTree& tree) -> Status {
                         STRONGROOM_CHECK(evidence::prove_inclusion(sequence, tree.size(), tree.reader()));
                         return {};
                       }));
                       need(house.log().with_reader([&](audit::EventReader& reader, std::uint64_t) -> Status {
                         STRONGROOM_CHECK(reader.read(sequence));
                         return {};
                       }));
                     }) *
                     1e3);
  }
  say("proof p99 ms", percentile(proofs, 0.99));
  measure_queries(house, events);
  house.close();
  std::vector<double> with;
  std::vector<double> without;
  for (int i = 0; i < 7; ++i) {
    without.push_back(seconds_of([&] { empty.open(); }) * 1e3);
    empty.close();
    with.push_back(seconds_of([&] { house.open(); }) * 1e3);
    house.close();
  }
  say("open without events ms", percentile(without, 0.5));
  say("open with the large log ms", percentile(with, 0.5));

  // In turn, on one core each.
  std::uint64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(house.folder() / "segments")) bytes += file.file_size();
  const double verify = seconds_of([&] {
    const auto report = need(evidence::verify_log(house.folder()));
    if (!report.ok()) {
      std::fprintf(stderr, "bench_audit: %s\n", report.problem.c_str());
      std::exit(1);
    }
  });
  Bytes block(1 << 20);
  const double hash = seconds_of([&] {
    for (std::uint64_t done = 0; done < bytes; done += block.size()) {
      Byte out[32];
      crypto_hash_sha256(out, block.data(), block.size());
    }
  });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  say("large log events", static_cast<double>(events));
  say("large log MiB", static_cast<double>(bytes) / (1 << 20));
  say("verification s", verify);
  say("verification, of libsodium's SHA-256", hash / verify);
  say("peak memory MiB", static_cast<double>(usage.ru_maxrss) / 1024);
  fs::remove_all(house.folder());
  fs::remove_all(empty.folder());
}

}  // namespace
}  // namespace strongroom::bench

int main(int argc, char** argv) {
  if (argc < 2 || sodium_init() < 0) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  strongroom::bench::measure_appends(folder);
  strongroom::bench::measure_large(folder, argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000);
  std::printf("\n}\n");
}
