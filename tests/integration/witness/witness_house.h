// A witness with a state folder of its own, run as its operator does, and a log that it trusts.
#pragma once

#include <fstream>
#include <memory>
#include <sstream>

#include <strongroom/evidence/add_checkpoint.h>
#include <strongroom/evidence/checkpoint.h>

#include "tests/integration/witness/http.h"
#include "tests/support/eventually.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sdk/evidence/sample_log.h"
#include "tests/unit/sdk/evidence/sample_note.h"

namespace strongroom::tests {

inline const evidence::SampleKey& log_key() {
  static const evidence::SampleKey key("example.com/log", evidence::k_note_key, 1);
  return key;
}

inline evidence::Note checkpoint_of(const evidence::Checkpoint& checkpoint,
                                    const evidence::SampleKey& key = log_key()) {
  return evidence::signed_note(checkpoint.text(), key);
}

// WITNESS_PATH is defined by the build.
class WitnessHouse {
 public:
  // With a key and the trusted log; does not serve yet.
  WitnessHouse() {
    std::string text = run({"init", "--state", state(), "--name", "witness.example/w1"}).output;
    text.pop_back();
    vkey_ = evidence::VerifierKey::parse(text).value();
    (void)trust(log_key());
  }

  Outcome trust(const evidence::SampleKey& key) { return run({"add", "--state", state(), key.verifier.text()}); }

  // Runs the witness to its end.
  static Outcome run(std::vector<std::string> words, std::string input = {},
                     std::vector<std::string> environment = {}) {
    words.insert(words.begin(), WITNESS_PATH);
    Process process(std::move(words), {.environment = std::move(environment), .input = std::move(input), .folder = {}});
    return process.wait();
  }

  void start() {
    const std::string said = (folder_.path() / "said").string();
    std::filesystem::remove(said);
    // The shell is gone when the witness runs, so that a signal reaches the witness.
    serving_ = std::make_unique<Process>(std::vector<std::string>{
        "/bin/sh", "-c", "exec \"$0\" serve --state \"$1\" --listen 127.0.0.1:0 >\"$2\"", WITNESS_PATH, state(), said});
    std::string line;
    if (!eventually([&] {
          std::ifstream in(said);
          return static_cast<bool>(std::getline(in, line)) && !in.eof();
        }))
      throw std::runtime_error("the witness does not listen");
    port_ = std::stoi(line.substr(line.rfind(':') + 1));
  }

  // Ends it as a power cut would.
  void kill() {
    serving_->kill(SIGKILL);
    (void)serving_->wait();
  }

  Outcome stop() {
    serving_->kill(SIGTERM);
    return serving_->wait();
  }

  int port() const noexcept { return port_; }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::string state() const { return (folder_.path() / "state").string(); }

  std::filesystem::path folder() const { return folder_.path(); }

  const evidence::VerifierKey& vkey() const noexcept { return vkey_; }

  // The folder with what the witness keeps about its one log.
  std::filesystem::path log_folder() const {
    return std::filesystem::directory_iterator(std::filesystem::path(state()) / "logs")->path();
  }

  HttpAnswer post(const std::string& body) const { return http_post(port_, "/add-checkpoint", body); }

  HttpAnswer post(const evidence::AddCheckpoint& request) const { return post(request.text()); }

  std::string write(const std::string& name, std::string_view text) const {
    const auto path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  // Whether `answer` is this witness's cosignature of the note, and nothing else.
  bool cosigned(const evidence::Note& note, const std::string& answer) const {
    const auto lines = evidence::parse_signatures(answer);
    if (!lines || lines->size() != 1) return false;
    return static_cast<bool>(evidence::cosignature_time({note.text, *lines}, vkey_));
  }

 private:
  TemporaryFolder folder_;
  evidence::VerifierKey vkey_;
  std::unique_ptr<Process> serving_;
  int port_ = 0;
};

// What a log sends that has grown from one size to another.
inline evidence::AddCheckpoint growth(const evidence::SampleLog& log, std::uint64_t from, std::uint64_t to) {
  return {from, evidence::prove_consistency(from, to, log.reader()).value(),
          checkpoint_of({log_key().verifier.name, to, log.root(to)})};
}

}  // namespace strongroom::tests
