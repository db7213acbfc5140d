// What the runner insists on before it uses a plugin.
#include <array>
#include <cstring>

#include <strongroom/abi/exporter.h>
#include <strongroom/abi/monitor.h>
#include <strongroom/abi/storage.h>

#include "sdk/src/plugin_tests/check_list.h"

namespace strongroom::plugin_tests {
namespace {

const char* extension_of(Type type) {
  constexpr std::array k_ids{SR_STORAGE_V1_ID, SR_EXPORTER_V1_ID, SR_MONITOR_V1_ID};
  return k_ids[static_cast<std::size_t>(type)];
}

std::size_t table_size_of(Type type) {
  constexpr std::array k_sizes{sizeof(sr_storage_v1), sizeof(sr_exporter_v1), sizeof(sr_monitor_v1)};
  return k_sizes[static_cast<std::size_t>(type)];
}

void expect_text(const char* text, const std::string& what) {
  expect(text != nullptr, what + " of the entry table is missing");
  const std::size_t size = strnlen(text, SR_MAX_NAME + 1);
  expect(size > 0 && size <= SR_MAX_NAME, what + " of the entry table must have 1 to 127 bytes");
  for (const char c : std::string_view(text, size))
    expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, what + " of the entry table has a control character");
}

void has_a_complete_entry(Context& context) {
  const sr_plugin_entry& entry = context.entry;
  expect(entry.abi_major == SR_ABI_MAJOR, "the plugin is built for interface " + std::to_string(entry.abi_major) +
                                              ", this is interface " + std::to_string(SR_ABI_MAJOR));
  expect(entry.size >= sizeof(sr_plugin_entry), "the entry table is too short");
  expect_text(entry.id, "'id'");
  const std::string& id = context.subject.id;
  expect(id.empty() || id == entry.id, "the plugin says that it is '" + std::string(entry.id) + "', not '" + id + "'");
  expect_text(entry.name, "'name'");
  expect_text(entry.version, "'version'");
  expect(entry.get_extension != nullptr, "the entry table lacks 'get_extension'");
}

void has_the_table_of_its_type(Context& context) {
  const char* id = extension_of(context.subject.type);
  const void* table = context.entry.get_extension(id);
  expect(table != nullptr, std::string("get_extension answers null for '") + id + "'");
  std::uint32_t size = 0;
  std::memcpy(&size, table, sizeof size);
  expect(size >= table_size_of(context.subject.type), std::string("the table '") + id + "' is too short");
  constexpr std::size_t k_first = 8;
  for (std::size_t at = k_first; at < table_size_of(context.subject.type); at += sizeof(void*)) {
    const void* function = nullptr;
    std::memcpy(&function, static_cast<const char*>(table) + at, sizeof function);
    expect(function != nullptr, std::string("the table '") + id + "' lacks function number " +
                                    std::to_string((at - k_first) / sizeof function + 1));
  }
}

void has_nothing_under_ids_that_it_does_not_know(Context& context) {
  for (const char* id : {"strongroom.storage/4711", "strongroom.exporter/4711", "strongroom.monitor/4711", "", "x"})
    expect(context.entry.get_extension(id) == nullptr,
           std::string("get_extension must answer null for the unknown id '") + id + "'");
}

constexpr Check k_checks[] = {
    {"entry.is_complete", &has_a_complete_entry},
    {"entry.has_the_table_of_its_type", &has_the_table_of_its_type},
    {"entry.has_nothing_under_unknown_ids", &has_nothing_under_ids_that_it_does_not_know},
};

}  // namespace

std::span<const Check> entry_checks() {
  return k_checks;
}

}  // namespace strongroom::plugin_tests
