#include <strongroom/base/random.h>

#if defined(__APPLE__)
#include <sys/random.h>
#else
#include <unistd.h>
#endif

#include <algorithm>
#include <cstdlib>

namespace strongroom {

void fill_random(MutableBytes out) noexcept {
  constexpr std::size_t k_most = 256;  // getentropy gives no more at once
  while (!out.empty()) {
    const std::size_t n = std::min(out.size(), k_most);
    if (getentropy(out.data(), n) != 0) std::abort();
    out = out.subspan(n);
  }
}

}  // namespace strongroom
