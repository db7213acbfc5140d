#include "daemon/runner/library.h"

#include <boost/dll/shared_library.hpp>
#include <string>

namespace strongroom::runner {
namespace {

// A library that is never given back.
union Unowned {
  Unowned() : library() {}

  ~Unowned() {}

  boost::dll::shared_library library;
};

}  // namespace

Result<Library> load_library(platform::Descriptor file) {
  // The loader knows a library by its path, so the descriptor stays open with it.
  const std::string path = "/proc/self/fd/" + std::to_string(file.release());
  Unowned unowned;
  Library out;
  try {
    unowned.library.load(path, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    if (unowned.library.has(SR_ENTRY_SYMBOL)) out.entry = &unowned.library.get<const sr_plugin_entry>(SR_ENTRY_SYMBOL);
  } catch (const std::exception&) {
    return make_error(ErrorCode::plugin_unavailable, "the plugin's library cannot be loaded");
  }
  STRONGROOM_ASSIGN(out.info, plugin_seam::read_entry(out.entry));
  return out;
}

}  // namespace strongroom::runner
