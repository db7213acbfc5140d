// What the load driver's commands share: items with known names and values, and clients that run at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <strongroom/client/client.h>
#include <strongroom/protocol/methods/secret.h>

namespace strongroom::bench {

namespace wire = protocol::secret;

inline constexpr std::size_t k_value_bytes = 256;
inline constexpr std::size_t k_large_bytes = 1024 * 1024 - 64;  // a secret holds 1 MiB with its field's name

// Ends the program with the error's sentence.
[[noreturn]] void fail(const Error& error);

template <class T>
T need(Result<T> result) {
  if (!result) fail(result.error());
  return std::move(result).value();
}

// 256 items to a folder.
std::string path_of(std::uint64_t item);
wire::PutRequest put_request(std::uint64_t item);
client::Client connect(const std::string& socket);
void print_result(const char* key, double value);

// Numbers below `items` that differ from client to client.
class RandomItems {
 public:
  RandomItems(std::uint64_t items, std::size_t client) : items_(items), state_(0x9e3779b97f4a7c15ull * (client + 1)) {}

  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return (state_ >> 33) % items_;
  }

 private:
  std::uint64_t items_;
  std::uint64_t state_;
};

using Clock = std::chrono::steady_clock;

struct Load {
  std::string socket;
  std::uint64_t items = 0;
  double seconds = 1;
  std::size_t clients = 1;
  std::size_t depth = 1;
  std::uint64_t steps = 0;  // when not 0, that many steps of one client instead of seconds
};

// One step of one client: asks and awaits, returns how many secrets that were.
using Step = std::function<std::uint64_t(client::Client&, RandomItems&)>;

// Runs `step` in a closed loop in as many processes as there are clients, as the floor does; secrets a second of all
// together. With `steps`, one client in this process.
double run_load(const Load& load, const Step& step);

int run_get(const Load& load);
// Median and 99th percentile of the time of a get, one client.
int run_get_times(const Load& load);
int run_pipelined(const Load& load);
int run_get_many(const Load& load);
int run_put(const Load& load);
// Gets of one secret of k_large_bytes, which is stored first.
int run_large(const Load& load);
// Searches for the name of one item among all.
int run_search(const Load& load);
// Pages of a listing of everything, recursive, a thousand to a page.
int run_list(const Load& load);
// Stores `depth` secrets in a folder and moves that: what the move took, and the longest put of another client
// meanwhile.
int run_move(const Load& load);
int run_fill(const Load& load);
// As many secrets of k_large_bytes.
int run_fill_large(const Load& load);
int run_first(const Load& load);
// Locks the store and measures from the unlocking (by a passphrase, or empty: by what needs no person) to the first
// get.
int run_unlock(const std::string& socket, const std::string& passphrase);
// Starts the daemon `command` and measures until its first answer and its first secret.
int run_start(const std::string& socket, std::vector<std::string> command);

}  // namespace strongroom::bench
