// A database of the test's own, made and exported by the real keepassxc-cli.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace strongroom::tests {

class KeepassDatabase {
 public:
  explicit KeepassDatabase(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    (void)run({"db-create", "--set-password", "--decryption-time", "100", file()}, "master\nmaster\n");
  }

  std::string file() const { return (folder_ / "passwords.kdbx").string(); }

  void add_group(const std::string& path) const { (void)open({"mkdir", file(), path}); }

  // `more`: options of `keepassxc-cli add`.
  void add(const std::string& path, const std::string& password, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"add", "--password-prompt"});
    more.insert(more.end(), {file(), path});
    (void)open(std::move(more), password + "\n");
  }

  void change(const std::string& path, const std::string& password) const {
    (void)open({"edit", "--password-prompt", file(), path}, password + "\n");
  }

  void remove(const std::string& path) const { (void)open({"rm", file(), path}); }

  void attach(const std::string& path, const std::string& name, const std::string& attached) const {
    (void)open({"attachment-import", file(), path, name, attached});
  }

  // "xml" or "csv".
  std::string exported(const std::string& format) const { return open({"export", "--format", format, file()}); }

 private:
  std::string open(std::vector<std::string> words, const std::string& input = {}) const {
    return run(std::move(words), "master\n" + input);
  }

  std::string run(std::vector<std::string> words, std::string input) const {
    const std::string name = words.front();
    words.insert(words.begin(), "keepassxc-cli");
    words.insert(words.begin() + 2, "--quiet");
    Process process(std::move(words), {.environment = {"HOME=" + folder_.string(), "PATH=/usr/bin:/bin",
                                                       "QT_QPA_PLATFORM=offscreen", "LC_ALL=C.UTF-8"},
                                       .input = std::move(input),
                                       .folder = {}});
    const Outcome outcome = process.wait();
    if (outcome.exit_code != 0) throw std::runtime_error("keepassxc-cli " + name + ": " + outcome.errors);
    return outcome.output;
  }

  std::filesystem::path folder_;
};

}  // namespace strongroom::tests
