// A password store of the test's own, made by the real `pass` for a key of the real `gpg`.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace strongroom::tests {

class PassStore {
 public:
  // Keeps all of it in `folder`, which stays. With a passphrase the key opens only for whoever is asked for it.
  explicit PassStore(std::filesystem::path folder, const std::string& passphrase = {}) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_ / "gnupg");
    std::filesystem::permissions(folder_ / "gnupg", std::filesystem::perms::owner_all);
    run({"gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase, "--quick-generate-key",
         "tester@example.org", "future-default", "default", "never"});
    run({"pass", "init", "tester@example.org"});
  }

  PassStore(const PassStore&) = delete;
  PassStore& operator=(const PassStore&) = delete;

  // Otherwise its agent lives on.
  ~PassStore() { forget(); }

  std::filesystem::path path() const { return folder_ / "store"; }

  std::vector<std::string> environment() const {
    return {"HOME=" + folder_.string(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "GNUPGHOME=" + (folder_ / "gnupg").string(), "PASSWORD_STORE_DIR=" + path().string()};
  }

  void insert(const std::string& name, const std::string& text) const {
    run({"pass", "insert", "--multiline", "--force", name}, text);
  }

  // The agent has no passphrase any more.
  void forget() const {
    Process({"gpgconf", "--kill", "gpg-agent"}, {.environment = environment(), .input = {}, .folder = {}}).wait();
  }

 private:
  void run(std::vector<std::string> words, std::string input = {}) const {
    const std::string name = words.front() + " " + words[1];
    Process process(std::move(words), {.environment = environment(), .input = std::move(input), .folder = {}});
    const Outcome outcome = process.wait();
    if (outcome.exit_code != 0) throw std::runtime_error(name + ": " + outcome.errors);
  }

  std::filesystem::path folder_;
};

}  // namespace strongroom::tests
