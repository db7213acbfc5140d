#include "tests/plugin_runner/hostile/zoo.h"

#include <sodium.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

namespace strongroom::tests::hostile {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using exports::Cell;

constexpr int k_rows = 2048;

std::string format_of(const std::string& id) {
  return id.substr(id.rfind('.') + 1);
}

// What all manifests of the zoo have, with a place for the rest.
std::string manifest_of(const fs::path& module, const std::string& id, const std::string& rest) {
  const std::string bytes = content_of(module);
  plugin_host::Sha256 digest{};
  crypto_hash_sha256(digest.data(), as_bytes(bytes).data(), bytes.size());
  std::string settings;
  for (const char* name : {"canary", "folder", "home", "socket"})
    settings += std::string(settings.empty() ? "" : ",") + R"({"name":")" + name +
                R"(","type":"text","default":"","documentation":"A path."})";
  return R"({"id":")" + id + R"(","abi":"1.0","file":"plugin.so","sha256":")" + to_hex(digest) + R"(",)" + rest +
         R"(,"settings":[)" + settings + "]}";
}

std::string manifest_of_exporter(const fs::path& module, const std::string& id) {
  return manifest_of(module, id,
                     R"("type":"exporter","rights":["scratch"],"format":")" + format_of(id) +
                         R"(","extension":"txt","media_type":"text/plain")");
}

// A socket that is listened to, as a daemon's.
Descriptor listening_socket(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  Descriptor made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  EXPECT_EQ(bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(made.get(), 8), 0);
  return made;
}

bool is_empty_or_absent(const fs::path& folder) {
  std::error_code ignored;
  return !fs::exists(folder, ignored) || fs::is_empty(folder, ignored);
}

}  // namespace

fs::path module_of(const std::string& kind) {
  return fs::path(HOSTILE_FOLDER) / (kind + ".so");
}

Deadlines deadlines_of(Patience patience) {
  constexpr std::chrono::milliseconds k_short(500);
  constexpr std::chrono::milliseconds k_long(30'000);
  switch (patience) {
    case Patience::for_load:
      return {.load = k_short, .call = k_long, .end = k_long};
    case Patience::for_call:
      return {.load = k_long, .call = k_short, .end = k_short};
    case Patience::usual:
      break;
  }
  return {.load = k_long, .call = k_long, .end = k_long};
}

Holdings Holdings::now() {
  Holdings out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd"))
    if (const auto target = fs::read_symlink(entry.path(), ignored); !ignored && !target.string().starts_with("/proc/"))
      out.descriptors.push_back(entry.path().filename().string() + " " + target.string());
  std::ranges::sort(out.descriptors);
  errno = 0;
  out.has_children = waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
  return out;
}

std::optional<std::chrono::nanoseconds> last_words_in(const std::string& said) {
  const auto at = said.rfind("at ");
  if (at == std::string::npos) return std::nullopt;
  return std::chrono::nanoseconds(std::stoll(said.substr(at + 3)));
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Zoo::Zoo(const Deadlines& deadlines) : deadlines_(deadlines) {
  fs::create_directories(data());
  fs::create_directories(house_.folder() / "home");
  write_file(data() / "canary", k_canary);
  write_file(house_.folder() / "canary", k_canary);
  socket_ = listening_socket(data() / "socket");
}

Status Zoo::install(const std::string& kind, const std::string& id) {
  const auto module = module_of(kind);
  const Descriptor library(::open(module.c_str(), O_RDONLY | O_CLOEXEC));
  STRONGROOM_CHECK(house_.plugins().install(manifest_of_exporter(module, id), library));
  return {};
}

Status Zoo::install_monitor(const std::string& kind, const std::string& rights) {
  const auto module = module_of(kind);
  const Descriptor library(::open(module.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string manifest = manifest_of(module, k_id, R"("type":"monitor","rights":[)" + rights + "]");
  STRONGROOM_CHECK(house_.plugins().install(manifest, library));
  return house_.plugins().configure(k_id, places(), {});
}

void Zoo::forgive(const std::string& id) {
  EXPECT_TRUE(house_.plugins().set_enabled(id, true));
}

Outcome Zoo::run(const std::string& id, Ending ending) {
  const auto path = house_.folder() / "out";
  const Descriptor file(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
  const auto began = Clock::now();
  Outcome out = run_into(file.get(), id, ending);
  const auto ended = Clock::now();
  out.lasted = ended - began;
  out.file = content_of(path);
  if (const auto said = last_words_in(out.file); said && out.error) out.noticed = ended.time_since_epoch() - *said;
  return out;
}

Outcome Zoo::run_into(int output, const std::string& id, Ending ending) {
  const exports::Sheet sheet{"texts", "Texts", {{"text", "Text", exports::CellType::text, 10}}};
  auto begun = house_.exporters(deadlines_)
                   .begin({.format = format_of(id),
                           .settings = places(),
                           .document = {"Title", "", "", 0},
                           .output = output,
                           .stopped = stopped_});
  if (!begun) return {Place::begin, begun.error(), {}, {}, {}};
  if (const auto done = (*begun)->sheet(sheet); !done) return {Place::sheet, done.error(), {}, {}, {}};
  const std::string text(1024, 'x');
  const Cell cells[] = {Cell::of_text(text)};
  for (int i = 0; i < k_rows; ++i)
    if (const auto done = (*begun)->row(cells); !done) return {Place::rows, done.error(), {}, {}, {}};
  if (ending == Ending::abandon) return {};
  if (const auto done = (*begun)->end(); !done) return {Place::end, done.error(), {}, {}, {}};
  return {};
}

std::map<std::string, std::string> Zoo::places() const {
  return {{"canary", data() / "canary"},
          {"folder", data()},
          {"home", house_.folder() / "home"},
          {"socket", data() / "socket"}};
}

std::string Zoo::damage() const {
  if (content_of(data() / "canary") != k_canary) return "the data was changed";
  const auto count = std::distance(fs::directory_iterator(data()), fs::directory_iterator());
  if (count != 2) return "something was made among the data";
  if (!fs::is_empty(house_.folder() / "home")) return "something was made in the home";
  if (!is_empty_or_absent(house_.folder() / "scratch")) return "something was left in the folder for files";
  if (fs::exists("/tmp/strongroom made by the plugin")) return "something was made in /tmp";
  const Descriptor connected(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (connected) return "somebody has connected";
  return {};
}

std::string Zoo::logged() {
  std::string all;
  const auto lines = house_.plugins().logs(k_id);
  if (!lines) return all;
  for (const auto& line : *lines) all += line.text + "\n";
  return all;
}

}  // namespace strongroom::tests::hostile
