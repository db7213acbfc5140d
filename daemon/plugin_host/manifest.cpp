#include "daemon/plugin_host/manifest.h"

#include <algorithm>
#include <charconv>

#include <strongroom/base/bytes.h>
#include <strongroom/protocol/codec.h>

namespace strongroom::plugin_host {
namespace {

using protocol::Field;

struct WrittenSetting {
  std::string name;
  std::string type;
  std::optional<std::string> fallback;
  std::optional<std::vector<std::string>> choices;
  std::string documentation;

  static constexpr auto fields() {
    using R = WrittenSetting;
    return std::tuple{Field<&R::name>{"name", "Name of the setting.", {.min = 1, .max = 64}},
                      Field<&R::type>{"type", "boolean, integer, text or choice.", {.min = 1, .max = 16}},
                      Field<&R::fallback>{"default", "Its value when it is not configured.", {.min = 0, .max = 512}},
                      Field<&R::choices>{"choices", "The values of a choice.", {.min = 1, .max = 64}},
                      Field<&R::documentation>{"documentation", "One sentence for people.", {.min = 1, .max = 1024}}};
  }
};

struct Written {
  std::string id;
  std::string type;
  std::string abi;
  std::string file;
  std::string sha256;
  std::vector<std::string> rights;
  std::optional<std::string> format;
  std::optional<std::string> extension;
  std::optional<std::string> media_type;
  std::optional<std::vector<WrittenSetting>> settings;

  static constexpr auto fields() {
    using R = Written;
    return std::tuple{Field<&R::id>{"id", "Reverse domain name.", {.min = 3, .max = 127}},
                      Field<&R::type>{"type", "storage, exporter or monitor.", {.min = 1, .max = 16}},
                      Field<&R::abi>{"abi", "Revision of the seam, 1.0.", {.min = 3, .max = 11}},
                      Field<&R::file>{"file", "Name of the library.", {.min = 1, .max = 255}},
                      Field<&R::sha256>{"sha256", "Its digest.", {.min = 64, .max = 64}},
                      Field<&R::rights>{"rights", "What it needs.", {.min = 0, .max = 16}},
                      Field<&R::format>{"format", "Of an exporter: the name to ask for.", {.min = 1, .max = 32}},
                      Field<&R::extension>{"extension", "Of an exporter: of its files.", {.min = 1, .max = 32}},
                      Field<&R::media_type>{"media_type", "Of an exporter: of its files.", {.min = 3, .max = 127}},
                      Field<&R::settings>{"settings", "What can be configured.", {.min = 0, .max = 64}}};
  }
};

Error wrong(const char* sentence, const std::string& member) {
  return make_error(ErrorCode::configuration, "the manifest's '" + member + "' " + sentence, member);
}

bool is_word(std::string_view text, std::string_view also) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
  });
}

// It names folders and sockets: with a dot in it, it takes the place of none that has another use.
bool is_reverse_domain(std::string_view id) {
  const bool has_words = !id.starts_with('.') && !id.ends_with('.') && id.find("..") == std::string_view::npos;
  return is_word(id, ".-_") && has_words && id.find('.') != std::string_view::npos;
}

std::optional<PluginType> type_of(std::string_view name) {
  for (const auto type : {PluginType::storage, PluginType::exporter, PluginType::monitor})
    if (name_of(type) == name) return type;
  return std::nullopt;
}

Status read_abi(std::string_view text, Manifest& out) {
  const auto dot = text.find('.');
  const auto number = [](std::string_view digits, std::uint16_t& into) {
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), into);
    return !digits.empty() && read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  };
  if (dot != std::string_view::npos && number(text.substr(0, dot), out.abi_major) &&
      number(text.substr(dot + 1), out.abi_minor))
    return {};
  return wrong("must be two numbers with a dot between them, such as 1.0", "abi");
}

Result<SettingInfo> read_setting(WrittenSetting&& written) {
  constexpr std::string_view k_kinds[] = {"boolean", "integer", "text", "choice"};
  const auto* kind = std::ranges::find(k_kinds, written.type);
  if (kind == std::end(k_kinds)) return wrong("has a type other than boolean, integer, text and choice", "settings");
  if (!is_word(written.name, "_")) return wrong("has a name that is not a-z, 0-9 and _", "settings");
  SettingInfo out;
  out.name = std::move(written.name);
  out.kind = static_cast<SettingInfo::Kind>(kind - std::begin(k_kinds));
  out.fallback = std::move(written.fallback).value_or("");
  out.choices = std::move(written.choices).value_or(std::vector<std::string>());
  out.documentation = std::move(written.documentation);
  if (out.kind == SettingInfo::Kind::choice && out.choices.empty())
    return wrong("has a choice without choices", "settings");
  return out;
}

Status read_exporter(Written& written, Manifest& out) {
  if (out.type != PluginType::exporter) {
    if (written.format || written.extension || written.media_type) return wrong("is for exporters only", "format");
    return {};
  }
  if (!written.format || !written.extension || !written.media_type)
    return wrong("is missing, or 'extension' or 'media_type' is", "format");
  if (!is_word(*written.format, "-")) return wrong("must be a-z, 0-9 and -", "format");
  if (!is_word(*written.extension, ".")) return wrong("must be a-z, 0-9 and dots", "extension");
  out.format = std::move(*written.format);
  out.extension = std::move(*written.extension);
  out.media_type = std::move(*written.media_type);
  return {};
}

bool fits(const SettingInfo& setting, const std::string& value) {
  constexpr std::size_t k_longest = 512;
  if (value.size() > k_longest) return false;
  switch (setting.kind) {
    case SettingInfo::Kind::boolean:
      return value == "true" || value == "false";
    case SettingInfo::Kind::integer: {
      std::int64_t number = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
      return !value.empty() && read.ec == std::errc() && read.ptr == value.data() + value.size();
    }
    case SettingInfo::Kind::choice:
      return std::ranges::find(setting.choices, value) != setting.choices.end();
    case SettingInfo::Kind::text:
      break;
  }
  return true;
}

std::string wanted(const SettingInfo& setting) {
  switch (setting.kind) {
    case SettingInfo::Kind::boolean:
      return "true or false";
    case SettingInfo::Kind::integer:
      return "a whole number";
    case SettingInfo::Kind::text:
      return "at most 512 bytes of text";
    case SettingInfo::Kind::choice:
      break;
  }
  std::string all;
  for (const auto& choice : setting.choices) all += (all.empty() ? "" : " or ") + choice;
  return all;
}

}  // namespace

std::string_view name_of(PluginType type) noexcept {
  constexpr std::string_view k_names[] = {"storage", "exporter", "monitor"};
  return k_names[static_cast<std::size_t>(type)];
}

bool Manifest::has_right(std::string_view right) const noexcept {
  return std::ranges::find(rights, right) != rights.end();
}

Result<Manifest> parse_manifest(std::string_view json) {
  constexpr std::size_t k_most = 64 * 1024;
  if (json.size() > k_most) return make_error(ErrorCode::configuration, "the manifest is longer than 64 KiB");
  protocol::JsonDocument document;
  if (auto parsed = document.parse(json); !parsed)
    return make_error(ErrorCode::configuration, "the manifest is no JSON: " + parsed.error().message);
  Written written;
  if (auto decoded = protocol::decode(document.root(), written); !decoded)
    return make_error(ErrorCode::configuration,
                      "the manifest's '" + decoded.error().subject + "' " + decoded.error().message,
                      decoded.error().subject);
  Manifest out;
  const auto type = type_of(written.type);
  if (!type) return wrong("must be storage, exporter or monitor", "type");
  out.type = *type;
  if (!is_reverse_domain(written.id))
    return wrong("must be a reverse domain name: words of a-z, 0-9, - and _ with dots between them", "id");
  out.id = std::move(written.id);
  STRONGROOM_CHECK(read_abi(written.abi, out));
  if (written.file.find('/') != std::string::npos || written.file.starts_with('.'))
    return wrong("must be a name without folders", "file");
  out.file = std::move(written.file);
  const auto digest = from_hex(written.sha256);
  if (!digest) return wrong("must be 64 hexadecimal digits", "sha256");
  std::ranges::copy(*digest, out.sha256.begin());
  for (auto& right : written.rights) {
    if (std::ranges::find(k_rights, right) == std::end(k_rights))
      return wrong("asks for a right that this daemon does not know", "rights");
    out.rights.push_back(std::move(right));
  }
  STRONGROOM_CHECK(read_exporter(written, out));
  for (auto& setting : written.settings.value_or(std::vector<WrittenSetting>())) {
    STRONGROOM_ASSIGN(auto read, read_setting(std::move(setting)));
    out.settings.push_back(std::move(read));
  }
  return out;
}

Status check_settings(const Manifest& manifest, const std::map<std::string, std::string>& configured) {
  for (const auto& [name, value] : configured) {
    const auto found = std::ranges::find(manifest.settings, name, &SettingInfo::name);
    if (found == manifest.settings.end())
      return make_error(ErrorCode::invalid_argument, "the plugin has no setting '" + name + "'", name);
    if (!fits(*found, value)) return make_error(ErrorCode::invalid_argument, "must be " + wanted(*found), name);
  }
  return {};
}

}  // namespace strongroom::plugin_host
