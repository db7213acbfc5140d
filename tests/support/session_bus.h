// A session bus of the test's own, and a real gnome-keyring on it.
#pragma once

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/support/process.h"

namespace strongroom::tests {

// Nothing is started on demand: there is a provider only while one was started.
class SessionBus {
 public:
  // Keeps its files in `folder`, which is private and stays.
  explicit SessionBus(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_ / "runtime");
    std::filesystem::permissions(folder_ / "runtime", std::filesystem::perms::owner_all);
    std::ofstream(folder_ / "bus.conf")
        << R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>)"
        << address() << R"(</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>)";
    bus_ = start({"dbus-daemon", "--nofork", "--config-file=" + (folder_ / "bus.conf").string()});
    if (!eventually([this] { return std::filesystem::exists(folder_ / "bus"); }))
      throw std::runtime_error("there is no bus");
  }

  SessionBus(const SessionBus&) = delete;
  SessionBus& operator=(const SessionBus&) = delete;

  ~SessionBus() {
    stop_keyring();
    end(bus_);
  }

  // unix:path=..., with what a D-Bus address escapes.
  std::string address() const {
    std::string out = "unix:path=";
    for (const char c : (folder_ / "bus").string()) {
      if (c == ' ')
        out += "%20";
      else
        out += c;
    }
    return out;
  }

  std::vector<std::string> environment() const {
    return {"HOME=" + folder_.string(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DBUS_SESSION_BUS_ADDRESS=" + address(),
            "XDG_RUNTIME_DIR=" + (folder_ / "runtime").string()};
  }

  // With a password its collection is open, and made when there is none; without one it is locked.
  void start_keyring(const std::string& password) {
    std::vector<std::string> words{"gnome-keyring-daemon", "--foreground", "--components=secrets"};
    if (!password.empty()) words.emplace_back("--unlock");
    keyring_ = start(words, password);
    if (!eventually([this] { return has_keyring(); })) throw std::runtime_error("there is no keyring");
  }

  void stop_keyring() { end(keyring_); }

  void signal_keyring(int number) { keyring_->kill(number); }

 private:
  std::unique_ptr<Process> start(std::vector<std::string> words, std::string input = {}) const {
    return std::make_unique<Process>(
        std::move(words), Process::Options{.environment = environment(), .input = std::move(input), .folder = {}});
  }

  bool has_keyring() const {
    Process ask({"dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
                 "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"},
                {.environment = environment(), .input = {}, .folder = {}});
    return ask.wait().output.find("boolean true") != std::string::npos;
  }

  static void end(std::unique_ptr<Process>& process) {
    if (!process) return;
    process->kill(SIGKILL);
    (void)process->wait();
    process.reset();
  }

  std::filesystem::path folder_;
  std::unique_ptr<Process> bus_;
  std::unique_ptr<Process> keyring_;
};

}  // namespace strongroom::tests
