#include "daemon/audit/clocks.h"

#include <time.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace strongroom::audit {
namespace {

std::int64_t now(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class SystemClocks final : public Clocks {
 public:
  SystemClocks() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string text;
    std::getline(file, text);
    std::erase(text, '-');
    const auto id = from_hex(text);
    if (id && id->size() == id_.size()) std::ranges::copy(*id, id_.begin());
  }

  std::int64_t wall_ns() const noexcept override { return now(CLOCK_REALTIME); }

#if defined(CLOCK_BOOTTIME)
  std::uint64_t boot_ns() const noexcept override { return static_cast<std::uint64_t>(now(CLOCK_BOOTTIME)); }
#else
  std::uint64_t boot_ns() const noexcept override { return static_cast<std::uint64_t>(now(CLOCK_MONOTONIC)); }
#endif

  evidence::BootId boot_id() const noexcept override { return id_; }

 private:
  evidence::BootId id_{};
};

}  // namespace

const Clocks& system_clocks() noexcept {
  static const SystemClocks clocks;
  return clocks;
}

}  // namespace strongroom::audit
