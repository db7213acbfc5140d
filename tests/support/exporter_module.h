// Exporters as the tests drive them: the real module, through its C table, with nothing in between.
#pragma once

#include <dlfcn.h>

#include <stdexcept>
#include <string>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/exporter.h>

#include "sdk/src/plugin_tests/export_run.h"

namespace strongroom::testing {

using namespace plugin_tests;

// A module, loaded for good. Throws when it is none.
class ExporterModule {
 public:
  explicit ExporterModule(const std::string& file) {
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(file + " cannot be loaded");
    const auto* const entry = static_cast<const sr_plugin_entry*>(dlsym(library, SR_ENTRY_SYMBOL));
    if (entry == nullptr) throw std::runtime_error(file + " is no plugin");
    table_ = static_cast<const sr_exporter_v1*>(entry->get_extension(SR_EXPORTER_V1_ID));
    if (table_ == nullptr) throw std::runtime_error(file + " is no exporter");
  }

  const sr_exporter_v1& table() const { return *table_; }

 private:
  const sr_exporter_v1* table_ = nullptr;
};

}  // namespace strongroom::testing
