// Plugins in a private folder, with a register that is authenticated by a key of the test.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>

#include "daemon/plugin_host/plugin_exporters.h"
#include "daemon/plugin_host/plugins.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::tests {

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

class PluginHouse {
 public:
  PluginHouse() { open(); }

  // As a daemon that starts anew.
  void open() {
    exporters_.reset();
    plugins_ = std::make_unique<plugin_host::Plugins>(folder() / "plugins", system_clock(), ports());
  }

  plugin_host::Plugins& plugins() { return *plugins_; }

  plugin_host::PluginExporters& exporters(plugin_host::Deadlines deadlines = {}) {
    if (!exporters_)
      exporters_ = std::make_unique<plugin_host::PluginExporters>(
          *plugins_, plugin_host::PluginExporters::Options{.scratch = folder() / "scratch", .deadlines = deadlines});
    return *exporters_;
  }

  // A library, with the manifest that lies beside it.
  Result<protocol::plugin::Plugin> install(const std::filesystem::path& library) {
    const plugin_host::Descriptor file(::open(library.c_str(), O_RDONLY | O_CLOEXEC));
    return plugins_->install(content_of(std::filesystem::path(library).replace_extension(".json")), file);
  }

  std::filesystem::path folder() const { return folder_.path(); }

  // What the register's first line has to say of this content.
  static std::string tag_of(std::string_view json) { return to_hex(digest_of(as_bytes(json))); }

  void lock(bool locked) { locked_ = locked; }

  std::vector<std::string> reported;

 private:
  plugin_host::Plugins::Ports ports() {
    return {.read = [](const std::filesystem::path& file) -> Result<std::string> {
              if (!std::filesystem::exists(file)) return make_error(ErrorCode::not_found, "there is no such file");
              return content_of(file);
            },
            .write = [](const std::filesystem::path& file, BytesView content) -> Status {
              std::filesystem::create_directories(file.parent_path());
              write_file(file, as_text(content));
              return {};
            },
            .authenticate = [this](BytesView bytes) -> Result<plugin_host::Plugins::Digest> {
              if (locked_) return make_error(ErrorCode::locked, "the store is locked");
              return digest_of(bytes);
            },
            .report = [this](std::string_view line) { reported.emplace_back(line); }};
  }

  static plugin_host::Plugins::Digest digest_of(BytesView bytes) {
    plugin_host::Plugins::Digest digest{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
      digest[i % digest.size()] = static_cast<Byte>(digest[i % digest.size()] * 31 + bytes[i]);
    return digest;
  }

  TemporaryFolder folder_;
  bool locked_ = false;
  std::unique_ptr<plugin_host::Plugins> plugins_;
  std::unique_ptr<plugin_host::PluginExporters> exporters_;
};

}  // namespace strongroom::tests
