// Plain SQLite, in this process: the rows of one overwriting put, one put to a commit, through the connection of the
// storage plugin, so that schema, statements and pragmas are its own.
// usage: sqlite_floor FOLDER SECONDS ITEMS HEAD_BYTES VERSION_BYTES META_BYTES
// Prints puts each second. Rows: the head is replaced, the version before it is added, the accumulator and the mark are
// replaced.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "plugins/storage/sqlite/connection.h"
#include "plugins/storage/sqlite/database_file.h"
#include "plugins/storage/sqlite/schema.h"

namespace {

using namespace strongroom;
using namespace strongroom::sqlite;

constexpr std::int64_t k_heads = 1;
constexpr std::int64_t k_versions = 2;
constexpr std::int64_t k_system = 0;

struct Sizes {
  std::size_t head, version, meta;
};

template <class T>
T need(Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

void need(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "%s\n", status.error().message.c_str());
  std::exit(1);
}

// Spreads like the keyed hashes that are the real keys.
Bytes key_of(std::uint64_t item, std::size_t size) {
  Bytes key(size);
  std::uint64_t x = item * 0x9e3779b97f4a7c15ull + 1;
  for (auto& byte : key) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    byte = static_cast<Byte>(x >> 32);
  }
  return key;
}

class Floor {
 public:
  Floor(const std::string& folder, Sizes sizes)
      : file_(need(ensure_database_file(folder))),
        connection_(need(Connection::open(file_.path, Role::writer))),
        head_(key_of(1, sizes.head)),
        version_(key_of(2, sizes.version)),
        meta_(key_of(3, sizes.meta)) {
    need(ensure_schema(*connection_));
  }

  // Several times over, until the log has its size and is written over: a log that still grows costs more.
  void fill(std::uint64_t items) {
    for (int i = 0; i < 16; ++i) fill_once(items);
  }

  void overwrite(std::uint64_t item) {
    need(connection_->run(Query::begin_write));
    const Bytes key = key_of(item, 32);
    Use(need(connection_->prepared(Query::get))).bind(1, k_heads).bind(2, BytesView()).bind(3, key).step();
    put(k_versions, key_of(++count_ << 32, 24), version_);
    put(k_heads, key, head_);
    put(k_system, key_of(7, 11), meta_);
    Use(need(connection_->prepared(Query::write_state))).bind(1, static_cast<std::int64_t>(count_)).bind(2, 1).step();
    need(connection_->run(Query::commit));
  }

 private:
  void fill_once(std::uint64_t items) {
    need(connection_->run(Query::begin_write));
    for (std::uint64_t i = 0; i < items; ++i) put(k_heads, key_of(i, 32), head_);
    need(connection_->run(Query::commit));
  }

  void put(std::int64_t collection, const Bytes& key, Bytes& value) {
    std::memcpy(value.data(), &++count_, sizeof count_);
    Use use(need(connection_->prepared(Query::put)));
    use.bind(1, collection).bind(2, BytesView()).bind(3, key).bind(4, 1).bind(5, value);
    if (use.step() != SQLITE_DONE) need(Status(connection_->error(SQLITE_ERROR)));
  }

  DatabaseFile file_;
  std::unique_ptr<Connection> connection_;
  Bytes head_;
  Bytes version_;
  Bytes meta_;
  std::uint64_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const double seconds = std::atof(argv[2]);
  const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(argv[i])); };
  const std::size_t items = number(3);
  Floor floor(argv[1], {number(4), number(5), number(6)});
  floor.fill(items);
  std::uint64_t random = 99;
  int n = 0;
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  for (; passed() < seconds; ++n) {
    random = random * 6364136223846793005ull + 1442695040888963407ull;
    floor.overwrite((random >> 33) % items);
  }
  std::printf("per_second\t%.9g\n", n / passed());
}
