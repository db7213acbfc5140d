#include "daemon/plugin_host/in_process_loader.h"

#include <boost/dll/shared_library.hpp>

#include "daemon/plugin_host/sealed_memory.h"

namespace strongroom::plugin_host {
namespace {

// A library that is never given back.
union Unowned {
  Unowned() : library() {}

  ~Unowned() {}

  boost::dll::shared_library library;
};

}  // namespace

Result<std::shared_ptr<const InProcessPlugin>> InProcessPlugin::load(const std::filesystem::path& path,
                                                                     const Sha256& expected, const Trustee& trustee) {
  STRONGROOM_ASSIGN(const Descriptor file, open_trusted(path, trustee));
  auto copied = sealed_copy(file, expected);
  if (!copied) {
    Error error = std::move(copied).error();
    error.subject = path.string();
    return error;
  }
  Descriptor copy = std::move(copied).value();
  Unowned unowned;
  const sr_plugin_entry* entry = nullptr;
  try {
    unowned.library.load(path_of(copy), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (unowned.library.has(SR_ENTRY_SYMBOL)) entry = &unowned.library.get<const sr_plugin_entry>(SR_ENTRY_SYMBOL);
  } catch (const std::exception&) {
    return make_error(ErrorCode::plugin_unavailable, "the plugin's library cannot be loaded", path.string());
  }
  // The dynamic loader knows a library by the path it came from. The descriptor stays open as long as the library is
  // loaded, so that no other plugin can ever come from the same number.
  (void)copy.release();
  auto info = plugin_seam::read_entry(entry);
  if (!info) {
    Error error = std::move(info).error();
    error.subject = path.string();
    return error;
  }
  return std::shared_ptr<const InProcessPlugin>(new InProcessPlugin(entry, std::move(info).value()));
}

}  // namespace strongroom::plugin_host
