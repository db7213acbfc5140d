// The programs that keep secrets on a session bus: how a test starts each, and how it sees that one serves.
#pragma once

#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/support/process.h"

namespace strongroom::tests {

enum class KeychainProvider { gnome_keyring, keepassxc };

inline std::string name_of(KeychainProvider provider) {
  return provider == KeychainProvider::gnome_keyring ? "GnomeKeyring" : "KeePassXC";
}

// How gtest shows a parameter.
inline void PrintTo(KeychainProvider provider, std::ostream* out) {
  *out << name_of(provider);
}

namespace keychain_provider {

using Environment = std::vector<std::string>;

inline std::unique_ptr<Process> start(std::vector<std::string> words, const Environment& environment,
                                      std::string input = {}) {
  return std::make_unique<Process>(
      std::move(words), Process::Options{.environment = environment, .input = std::move(input), .folder = {}});
}

// What the bus or a service on it answers.
inline std::string ask_bus(const Environment& environment, std::vector<std::string> call) {
  call.insert(call.begin(), {"dbus-send", "--session", "--print-reply"});
  return start(std::move(call), environment)->wait().output;
}

inline bool is_on_bus(const Environment& environment) {
  return ask_bus(environment, {"--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner",
                               "string:org.freedesktop.secrets"})
             .find("boolean true") != std::string::npos;
}

// Whether there is a default collection, and locked or not as asked.
inline bool has_collection(const Environment& environment, bool locked) {
  return ask_bus(environment,
                 {"--dest=org.freedesktop.secrets", "/org/freedesktop/secrets/aliases/default",
                  "org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked"})
             .find(locked ? "boolean true" : "boolean false") != std::string::npos;
}

// With a password its collection is open, and made when there is none; without one it is locked.
inline std::unique_ptr<Process> start_gnome_keyring(const Environment& environment, const std::string& password) {
  std::vector<std::string> words{"gnome-keyring-daemon", "--foreground", "--components=secrets"};
  if (!password.empty()) words.emplace_back("--unlock");
  auto process = start(std::move(words), environment, password);
  if (!eventually([&] { return is_on_bus(environment); })) throw std::runtime_error("there is no gnome-keyring");
  return process;
}

// A database with one group that is offered on the bus. KeePassXC keeps which one in the database itself, where only
// its window sets it; an import of XML does too.
inline void make_database(const std::filesystem::path& folder, const Environment& environment,
                          const std::string& password) {
  std::ofstream(folder / "desktop.xml")
      << R"(<?xml version="1.0" encoding="UTF-8"?><KeePassFile><Meta><CustomData><Item>)"
      << R"(<Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{00112233-4455-6677-8899-aabbccddeeff}</Value></Item></CustomData>)"
      << R"(</Meta><Root><Group><UUID>ABEiM0RVZneImaq7zN3u/w==</UUID><Name>desktop</Name></Group></Root></KeePassFile>)";
  const Outcome made = start({"keepassxc-cli", "import", "--set-password", "--decryption-time", "100",
                              (folder / "desktop.xml").string(), (folder / "desktop.kdbx").string()},
                             environment, password + "\n" + password + "\n")
                           ->wait();
  if (made.exit_code != 0) throw std::runtime_error("no database for KeePassXC: " + made.errors);
}

// As a person leaves it, but for the question whether a program may read an item, which nobody would answer here.
inline void write_settings(const std::filesystem::path& folder) {
  std::ofstream(folder / "keepassxc.ini") << "[General]\nConfigVersion=2\nSingleInstance=false\n"
                                          << "UpdateCheckMessageShown=true\n"
                                          << "[FdoSecrets]\nEnabled=true\nConfirmAccessItem=false\n"
                                          << "ConfirmDeleteItem=false\nShowNotification=false\n";
}

// The same promise as of gnome-keyring, with a database in `folder`; without a window on any screen.
inline std::unique_ptr<Process> start_keepassxc(const std::filesystem::path& folder, Environment environment,
                                                const std::string& password) {
  environment.emplace_back("QT_QPA_PLATFORM=offscreen");
  if (!std::filesystem::exists(folder / "desktop.kdbx"))
    make_database(folder, environment, password.empty() ? "nobody opens this" : password);
  write_settings(folder);
  std::vector<std::string> words{"keepassxc", "--config", (folder / "keepassxc.ini").string(), "--localconfig",
                                 (folder / "keepassxc-local.ini").string()};
  if (!password.empty()) words.emplace_back("--pw-stdin");
  words.push_back((folder / "desktop.kdbx").string());
  // Beside much other work it sometimes never offers its database (two of some hundred starts); another start does.
  std::string said;
  for (int i = 0; i < 3; ++i) {
    auto process = start(words, environment, password.empty() ? "" : password + "\n");
    if (eventually([&] { return has_collection(environment, password.empty()); })) return process;
    process->kill(SIGKILL);
    said = process->wait().errors;
  }
  throw std::runtime_error("there is no KeePassXC: " + said);
}

}  // namespace keychain_provider

}  // namespace strongroom::tests
