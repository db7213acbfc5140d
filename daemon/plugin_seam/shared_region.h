// Memory that the daemon shares with a plugin's process: a few slots of one size, in a file without a name that can
// neither grow nor shrink. The daemon fills a slot and says so over the channel; the other side copies it out before it
// looks at it, and says when the slot is free again. Nothing in the memory itself is a lock, a pointer or a counter, so
// that whatever a plugin writes there harms only its own rows.
#pragma once

#include <boost/interprocess/mapped_region.hpp>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/platform/descriptor.h"

namespace strongroom::plugin_seam {

class SharedRegion {
 public:
  // A new one. Error: plugin_unavailable.
  static Result<SharedRegion> create(std::uint32_t slots, std::uint32_t slot_size);
  // That of the other side. `file` may be closed afterwards. Errors: plugin_unavailable; malformed when the file is not
  // as large as it says.
  static Result<SharedRegion> map(const platform::Descriptor& file, std::uint32_t slots, std::uint32_t slot_size);

  // Of a slot below slots().
  MutableBytes slot(std::uint32_t number) noexcept;

  std::uint32_t slots() const noexcept { return slots_; }

  std::uint32_t slot_size() const noexcept { return slot_size_; }

  // To be passed on; only of a new one.
  int descriptor() const noexcept { return file_.get(); }

 private:
  platform::Descriptor file_;
  boost::interprocess::mapped_region memory_;
  std::uint32_t slots_ = 0;
  std::uint32_t slot_size_ = 0;
};

}  // namespace strongroom::plugin_seam
