// A store with known content that a test edits behind the daemon's back, and the judgement of what the daemon then
// says.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/security/store_file.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {

enum class Moment { stopped, running };

class EditedStore : public testing::TestWithParam<Moment> {
 protected:
  // Writes alpha/one, alpha/two and beta/three (two versions each, beside their heads) and alpha/large (two versions in
  // rows of their own), and waits until the store is compared.
  void SetUp() override;

  std::filesystem::path file() const { return daemon_.data() / "store.db"; }

  // Every row as it is now.
  Rows rows() { return StoreFile(file()).rows(); }

  // The rows that writing `value` to `path` changes; the value is what is expected from then on.
  Rows write(const std::string& path, const std::string& value);

  RowId head_of(const std::string& path) const { return heads_.at(path); }

  // Entry rows of a secret that lead to it: its own, then its folders'.
  RowId entry_of(const std::string& path) const { return entries_.at(path); }

  // Edits the store at the moment of the parameter: between a stop and a start, or under the running daemon.
  template <class Edit>
  void edit(Edit edit) {
    if (GetParam() == Moment::stopped) daemon_.stop();
    {
      StoreFile store(file());
      edit(store);
    }
    if (GetParam() == Moment::stopped) daemon_.start();
  }

  // Asks for everything until the comparison has ended and once more. A wrong value, a missing or a foreign entry that
  // comes without a report is a failure. Returns whether anything was reported.
  bool judge();

  void expect_reported() { EXPECT_TRUE(judge()) << "nobody was told"; }

  TestDaemon daemon_;
  std::map<std::string, std::vector<std::string>> values_;  // by path, version 1 first

 private:
  // What one look at everything found.
  struct Look {
    bool refused = false;   // an error that names the damage
    bool deviates = false;  // something is missing, or too much, without an error
    std::string what;
  };

  Look look(client::Client& client);
  void look_at(client::Client& client, const std::string& path, std::int64_t version, Look& look);
  void look_at_names(client::Client& client, Look& look);

  std::map<std::string, RowId> heads_;
  std::map<std::string, RowId> entries_;
};

inline std::string moment_name(const testing::TestParamInfo<Moment>& info) {
  return info.param == Moment::stopped ? "WhileItIsStopped" : "WhileItRuns";
}

}  // namespace strongroom::tests
