// What every plugin written in C++ begins with: its settings, its host, and the line that exports it.
//
// A plugin is a class derived from the class of its type (plugin/storage.h) with three names and a way to open it:
//
//   class Tape final : public strongroom::plugin::Storage {
//    public:
//     static constexpr const char* k_id = "com.example.storage.tape";   // stable for ever
//     static constexpr const char* k_name = "Tape library";             // for people
//     static constexpr const char* k_version = "1.4.0";
//     static Result<std::unique_ptr<Storage>> open(const Settings& settings, const Host& host);
//     ...
//   };
//   STRONGROOM_PLUGIN(Tape)
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/host.h>
#include <strongroom/plugin/guard.h>

namespace strongroom::plugin {

// What the administrator configured, copied out of the call.
class Settings {
 public:
  Settings() = default;

  Settings(const sr_setting* settings, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      values_.insert_or_assign(std::string(as_text(from_abi(settings[i].name))),
                               std::string(as_text(from_abi(settings[i].value))));
  }

  std::optional<std::string> find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

  // `invalid_argument` when it is missing or empty.
  Result<std::string> get(std::string_view name) const {
    auto value = find(name);
    if (value && !value->empty()) return *std::move(value);
    return make_error(ErrorCode::invalid_argument, "the setting '" + std::string(name) + "' is missing");
  }

  // Of type boolean: "true" or "false"; `fallback` when it is not there, `invalid_argument` for anything else.
  Result<bool> boolean(std::string_view name, bool fallback) const {
    const auto value = find(name);
    if (!value) return fallback;
    if (*value == "true" || *value == "false") return *value == "true";
    return make_error(ErrorCode::invalid_argument, "the setting '" + std::string(name) + "' must be true or false",
                      std::string(name));
  }

  // Of type choice: the place of its value in `choices`; 0 when it is not there, `invalid_argument` for a value that is
  // no choice.
  Result<std::size_t> choice(std::string_view name, std::initializer_list<std::string_view> choices) const {
    const auto value = find(name);
    if (!value) return std::size_t{0};
    const auto* const found = std::find(choices.begin(), choices.end(), *value);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    std::string sentence = "the setting '" + std::string(name) + "' must be ";
    for (const auto choice : choices) {
      if (choice != *choices.begin()) sentence += " or ";
      sentence += choice;
    }
    return make_error(ErrorCode::invalid_argument, std::move(sentence), std::string(name));
  }

  // `invalid_argument` for a setting whose name is not among `known`, so that a typing error is no silent default.
  Status only(std::initializer_list<std::string_view> known) const {
    for (const auto& [name, value] : values_)
      if (std::find(known.begin(), known.end(), name) == known.end())
        return make_error(ErrorCode::invalid_argument, "the setting '" + name + "' is not known to this plugin");
    return {};
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// The host's services. Copyable; valid until the object that was opened with it is gone. Thread-safe.
class Host {
 public:
  explicit Host(const sr_host* host) noexcept : host_(host) {}

  void debug(std::string_view line) const noexcept { log(SR_LOG_DEBUG, line); }

  void info(std::string_view line) const noexcept { log(SR_LOG_INFO, line); }

  void warning(std::string_view line) const noexcept { log(SR_LOG_WARNING, line); }

  void error(std::string_view line) const noexcept { log(SR_LOG_ERROR, line); }

 private:
  void log(std::uint32_t level, std::string_view line) const noexcept {
    host_->log(host_->context, level, to_abi(line.substr(0, SR_MAX_TEXT)));
  }

  const sr_host* host_;
};

// The entry of plugin class T, whose base class says which tables it has.
template <class T>
constexpr sr_plugin_entry entry_of() noexcept {
  return {sizeof(sr_plugin_entry),  SR_ABI_MAJOR, SR_ABI_MINOR, T::k_id, T::k_name, T::k_version,
          &T::template extension<T>};
}

}  // namespace strongroom::plugin

// Exports a plugin class: once in a library, in the global namespace.
#define STRONGROOM_PLUGIN(Type) const sr_plugin_entry strongroom_plugin_entry = ::strongroom::plugin::entry_of<Type>();
