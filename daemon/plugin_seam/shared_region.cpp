#include "daemon/plugin_seam/shared_region.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strongroom::plugin_seam {
namespace {

namespace ipc = boost::interprocess;

Error unavailable() {
  return make_error(ErrorCode::plugin_unavailable, "there is no memory to share with a plugin");
}

// Sealed, so that nobody can make a mapped page vanish.
Result<platform::Descriptor> sized_file(std::size_t size) {
#if defined(MFD_ALLOW_SEALING)
  platform::Descriptor file(memfd_create("strongroom rows", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file || ftruncate(file.get(), static_cast<off_t>(size)) != 0) return unavailable();
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return unavailable();
  return file;
#else
  (void)size;
  return make_error(ErrorCode::not_implemented, "this system has no memory that can be sealed");
#endif
}

}  // namespace

Result<SharedRegion> SharedRegion::create(std::uint32_t slots, std::uint32_t slot_size) {
  STRONGROOM_ASSIGN(platform::Descriptor file, sized_file(std::size_t{slots} * slot_size));
  STRONGROOM_ASSIGN(SharedRegion region, map(file, slots, slot_size));
  region.file_ = std::move(file);
  return region;
}

Result<SharedRegion> SharedRegion::map(const platform::Descriptor& file, std::uint32_t slots, std::uint32_t slot_size) {
  const std::size_t size = std::size_t{slots} * slot_size;
  struct stat found{};
  if (size == 0 || fstat(file.get(), &found) != 0 || static_cast<std::size_t>(found.st_size) != size)
    return make_error(ErrorCode::malformed, "the shared memory has another size");
  try {
    SharedRegion region;
    const ipc::mapping_handle_t handle{file.get(), false};

    struct Mappable {
      ipc::mapping_handle_t handle;

      ipc::mapping_handle_t get_mapping_handle() const { return handle; }
    };

    region.memory_ = ipc::mapped_region(Mappable{handle}, ipc::read_write, 0, size);
    region.slots_ = slots;
    region.slot_size_ = slot_size;
    return region;
  } catch (const ipc::interprocess_exception&) {
    return unavailable();
  }
}

MutableBytes SharedRegion::slot(std::uint32_t number) noexcept {
  return {static_cast<Byte*>(memory_.get_address()) + std::size_t{number} * slot_size_, slot_size_};
}

}  // namespace strongroom::plugin_seam
