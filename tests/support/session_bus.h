// A session bus of the test's own, and a real provider of the Secret Service on it.
#pragma once

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/support/keychain_provider.h"
#include "tests/support/process.h"

namespace strongroom::tests {

// Nothing is started on demand: there is a provider only while one was started.
class SessionBus {
 public:
  // Keeps its files in `folder`, which is private and stays.
  explicit SessionBus(std::filesystem::path folder, KeychainProvider provider = KeychainProvider::gnome_keyring)
      : folder_(std::move(folder)), provider_(provider) {
    std::filesystem::create_directories(folder_ / "runtime");
    std::filesystem::permissions(folder_ / "runtime", std::filesystem::perms::owner_all);
    std::ofstream(folder_ / "bus.conf")
        << R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>)"
        << address() << R"(</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>)";
    bus_ = keychain_provider::start({"dbus-daemon", "--nofork", "--config-file=" + (folder_ / "bus.conf").string()},
                                    environment());
    if (!eventually([this] { return std::filesystem::exists(folder_ / "bus"); }))
      throw std::runtime_error("there is no bus");
  }

  SessionBus(const SessionBus&) = delete;
  SessionBus& operator=(const SessionBus&) = delete;

  ~SessionBus() {
    end(keyring_);
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
    keyring_ = provider_ == KeychainProvider::keepassxc
                   ? keychain_provider::start_keepassxc(folder_, environment(), password)
                   : keychain_provider::start_gnome_keyring(environment(), password);
  }

  // As at the end of a session: what was stored stays. KeePassXC writes its file a moment after it has answered, and
  // does not always end when it is asked to.
  void stop_keyring() {
    if (keyring_ && provider_ == KeychainProvider::keepassxc) {
      keyring_->kill(SIGTERM);
      const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(3);
      while (keyring_->running() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    end(keyring_);
  }

  bool has_name(const std::string& name) const {
    return keychain_provider::ask_bus(environment(), {"--dest=org.freedesktop.DBus", "/",
                                                      "org.freedesktop.DBus.NameHasOwner", "string:" + name})
               .find("boolean true") != std::string::npos;
  }

  void signal_keyring(int number) { keyring_->kill(number); }

 private:
  static void end(std::unique_ptr<Process>& process) {
    if (!process) return;
    process->kill(SIGKILL);
    (void)process->wait();
    process.reset();
  }

  std::filesystem::path folder_;
  KeychainProvider provider_;
  std::unique_ptr<Process> bus_;
  std::unique_ptr<Process> keyring_;
};

}  // namespace strongroom::tests
