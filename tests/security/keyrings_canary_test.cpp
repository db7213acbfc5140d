// A value that comes from another keyring is in the store afterwards, and nowhere else.
#include "tests/security/commands_house.h"
#include "tests/support/keepass_database.h"
#include "tests/support/pass_store.h"
#include "tests/support/session_bus.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

class KeyringsCanary : public CommandsHouse {
 protected:
  Outcome import(Words words, const Words& environment, std::string input = {}) const {
    words.insert(words.begin(), "import");
    Process process(strongroom(words), {.environment = environment, .input = std::move(input), .folder = {}});
    return process.wait();
  }

  // What it says for people and for programs, before, while and after it is stored.
  void import_everywhere(const Words& words, const Words& environment, const std::string& input = {}) {
    ProcessWatch watch(needles_);
    for (const Words& more : {Words{"--dry-run"}, Words{}, Words{"--json", "--on-conflict", "rename"}}) {
      Words all = words;
      all.insert(all.end(), more.begin(), more.end());
      const Outcome outcome = import(all, environment, input);
      EXPECT_LE(outcome.exit_code, 1) << outcome.errors;
      EXPECT_TRUE(holds(outcome.output, "entry")) << outcome.output << outcome.errors;
      expect_silent(outcome.output + outcome.errors, words[1]);
    }
    expect_nothing(watch.finish());
    expect_no_file();
  }

  std::filesystem::path place(const std::string& name) const { return given_.path() / name; }
};

TEST_F(KeyringsCanary, FromPass) {
  const PassStore store(place("pass"));
  const std::string value = canary("value");
  store.insert("entry", value + "\nlogin: " + canary("field") + "\n" + canary("note") + "\n");
  std::ofstream(store.path() / "broken.gpg") << canary("broken");
  import_everywhere({"--from", "pass"}, store.environment());
  EXPECT_EQ(run({"read", "-n", "pass/entry"}).output, value);
}

TEST_F(KeyringsCanary, FromKeepassxc) {
  const KeepassDatabase database(place("keepass"));
  const std::string value = canary("value");
  database.add("entry", canary("earlier"), {"--notes", canary("note")});
  database.change("entry", value);
  database.add("gone", canary("gone"));
  database.remove("gone");
  import_everywhere({"--from", "keepassxc", "-"}, environment(), database.exported("xml"));
  import_everywhere({"--from", "keepassxc", "-", "--to", "csv"}, environment(), database.exported("csv"));
  EXPECT_EQ(run({"read", "-n", "keepassxc/entry"}).output, value);
}

TEST_F(KeyringsCanary, FromTheSecretService) {
  SessionBus bus(place("desktop"));
  bus.start_keyring("correct horse");
  const std::string value = canary("value");
  Process store({"secret-tool", "store", "--label=entry", "a", "b"},
                {.environment = bus.environment(), .input = value, .folder = {}});
  ASSERT_EQ(store.wait().exit_code, 0);
  import_everywhere({"--from", "secret-service", "--to", "d"}, bus.environment());
  EXPECT_EQ(run({"read", "-n", "d/Login/entry"}).output, value);
}

TEST_F(KeyringsCanary, FromVault) {
  const std::string value = canary("value");
  import_everywhere({"--from", "vault", "-"}, environment(),
                    R"({"entry":{"request_id":"1","data":{"value":")" + value + R"("}}})");
  EXPECT_EQ(run({"read", "-n", "vault/entry"}).output, value);
  for (const std::string& text : {"{\"entry\":\"" + value + "\"}", "{\"entry\":\"" + value, "<a>" + value, value})
    for (const char* source : {"vault", "keepassxc"}) {
      const Outcome outcome = import({"--from", source, "-"}, environment(), text);
      EXPECT_NE(outcome.exit_code, 0) << source;
      expect_silent(outcome.output + outcome.errors, source);
    }
}

}  // namespace
}  // namespace strongroom::tests
