// export with --recipient, --reveal and as a bundle: read by the age tool and by Python's zipfile.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <strongroom/protocol/methods/audit.h>

#include "tests/security/canary.h"
#include "tests/support/cli.h"
#include "tests/support/secrets.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

class SealedExport : public testing::Test {
 protected:
  SealedExport() {
    daemon_.start();
    auto client = daemon_.client();
    for (const char* path : {"prod/db", "prod/api", "dev/db"}) EXPECT_TRUE(put(client, path, canary_ + path));
    Process keygen({"age-keygen", "-o", path("key")}, {});
    EXPECT_EQ(keygen.wait().exit_code, 0);
    Process show({"age-keygen", "-y", path("key")}, {});
    recipient_ = show.wait().output;
    while (recipient_.ends_with('\n')) recipient_.pop_back();
  }

  Outcome cli(std::vector<std::string> words) { return run_cli(daemon_, std::move(words)); }

  std::string path(const std::string& name) const { return (daemon_.folder() / name).string(); }

  // What the age tool reads.
  std::string opened(const std::string& file) {
    Process age({"age", "-d", "-i", path("key"), file}, {});
    const auto outcome = age.wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return outcome.output;
  }

  std::vector<protocol::audit::Event> events(const std::string& action) {
    protocol::audit::ListRequest request;
    request.action = action;
    return daemon_.client().call<protocol::audit::List>(request).value().events;
  }

  TestDaemon daemon_;
  const std::string canary_ = random_text(40);
  std::string recipient_;
};

TEST_F(SealedExport, ValuesReachTheirRecipientAndNobodyElse) {
  for (const std::string format : {"csv", "json", "jsonl", "html"}) {
    SCOPED_TRACE(format);
    const std::string file = path("secrets." + format + ".age");
    const auto outcome = cli({"export", "secrets", "--reveal", "--recipient", recipient_, "-o", file});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_TRUE(holds(outcome.output, "Exported 3 rows")) << outcome.output;
    const std::string rows = opened(file);
    for (const char* secret : {"prod/db", "prod/api", "dev/db"}) EXPECT_TRUE(holds(rows, canary_ + secret)) << rows;
    EXPECT_FALSE(holds(content(file), canary_));
    EXPECT_FALSE(holds(cli({"plugin", "logs", "io.strongroom.exporter." + format}).output, canary_));
  }
}

TEST_F(SealedExport, EachValueHasItsEvent) {
  ASSERT_TRUE(events("secret.get").empty());
  const auto below =
      cli({"export", "secrets", "--reveal", "--recipient", recipient_, "--below", "prod", "-o", path("x.csv.age")});
  ASSERT_EQ(below.exit_code, 0) << below.errors;
  const auto gets = events("secret.get");
  ASSERT_EQ(gets.size(), 2U);
  for (const auto& event : gets) {
    EXPECT_EQ(event.client, "export.run");
    EXPECT_TRUE(event.paths && event.paths->front().starts_with("prod/"));
  }
  const auto finished = events("export.finished");
  EXPECT_TRUE(holds(*finished.front().detail, "with values")) << *finished.front().detail;
}

TEST_F(SealedExport, ValuesThatCannotBeHadAreRowsThatSaySo) {
  auto client = daemon_.client();
  ASSERT_TRUE(put(client, "odd/bytes", std::string("\xff\0\n=1", 5)));
  ASSERT_TRUE(put(client, "odd/long", std::string(70'000, 'x')));
  ASSERT_EQ(
      cli({"export", "secrets", "--reveal", "--recipient", recipient_, "--below", "odd", "-o", path("x.jsonl.age")})
          .exit_code,
      0);
  const std::string rows = opened(path("x.jsonl.age"));
  EXPECT_TRUE(holds(rows, R"("encoding":"base64","value":"/wAKPTE=")")) << rows;
  EXPECT_TRUE(holds(rows, R"("encoding":"too_large","value":"")")) << rows;
}

TEST_F(SealedExport, ManyValuesGoThrough) {
  auto client = daemon_.client();
  for (int i = 0; i < 700; ++i)
    ASSERT_TRUE(put(client, "many/" + std::to_string(i), std::string(500, 'v') + std::to_string(i)));
  ASSERT_EQ(
      cli({"export", "secrets", "--reveal", "--recipient", recipient_, "--below", "many", "-o", path("x.csv.age")})
          .exit_code,
      0);
  const std::string rows = opened(path("x.csv.age"));
  for (int i = 0; i < 700; ++i) ASSERT_TRUE(holds(rows, std::string(500, 'v') + std::to_string(i) + ",")) << i;
}

TEST_F(SealedExport, EveryRecipientOpensIt) {
  Process other({"age-keygen", "-o", path("other")}, {});
  EXPECT_EQ(other.wait().exit_code, 0);
  Process show({"age-keygen", "-y", path("other")}, {});
  std::string second = show.wait().output;
  second.pop_back();
  ASSERT_EQ(
      cli({"export", "audit", "--recipient", second, "--recipient", recipient_, "-o", path("a.csv.age")}).exit_code, 0);
  const std::string mine = opened(path("a.csv.age"));
  EXPECT_TRUE(holds(mine, "secret.put"));
  Process age({"age", "-d", "-i", path("other"), path("a.csv.age")}, {});
  EXPECT_EQ(age.wait().output, mine);
}

TEST_F(SealedExport, NoValueIsExportedInAnyOtherWay) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"export", "secrets", "-o", path("x.csv"), "--reveal"}, "encrypted or not at all"},
      {{"export", "secrets", "-o", path("x.xlsx.age"), "--reveal", "--recipient", recipient_}, "keeps rows in a file"},
      {{"export", "secrets", "-o", path("x.csv.age"), "--reveal", "--recipient", "nobody"}, "age recipient"},
      {{"export", "audit", "-o", path("x.csv.age"), "--reveal", "--recipient", recipient_}, "no option --reveal"},
  };
  for (const auto& [words, said] : cases) {
    const auto outcome = cli(words);
    EXPECT_NE(outcome.exit_code, 0) << words.back();
    EXPECT_TRUE(holds(outcome.errors, said)) << outcome.errors;
    EXPECT_FALSE(fs::exists(words[3])) << words[3];
  }
  ASSERT_EQ(cli({"plugin", "install", HELLO_EXPORTER}).exit_code, 0);
  const auto stranger =
      cli({"export", "secrets", "-o", path("x.age"), "--reveal", "--recipient", recipient_, "-f", "markdown"});
  EXPECT_NE(stranger.exit_code, 0);
  EXPECT_TRUE(holds(stranger.errors, "not built in")) << stranger.errors;
  // Whoever speaks to the daemon without the command is answered the same.
  const auto raw = cli({"call", "io.strongroom.Export.Run", R"({"what":"secrets","format":"csv","reveal":true})"});
  EXPECT_NE(raw.exit_code, 0);
  EXPECT_FALSE(holds(raw.output, canary_));
  EXPECT_TRUE(events("secret.get").empty());
}

TEST_F(SealedExport, AFullDiskEndsItWithThatError) {
  const auto full = cli({"export", "audit", "--recipient", recipient_, "-o", "-", "-f", "csv", "--set", "header=none"});
  EXPECT_EQ(full.exit_code, 0);
  Process process(
      {"sh", "-c",
       "'" + std::string(STRONGROOM_PATH) + "' --no-start --socket '" + daemon_.socket() +
           "' export secrets --reveal --recipient " + recipient_ + " -o - >/dev/full"},
      {.environment = {"HOME=" + daemon_.folder().string(), "PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
  const auto outcome = process.wait();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_TRUE(holds(outcome.errors, "space")) << outcome.errors;
}

// Runs python3 with `script`, whose argv[1] is `file`.
std::string python(const std::string& script, const std::string& file) {
  Process process({"python3", "-c", script, file}, {});
  const auto outcome = process.wait();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  return outcome.output;
}

constexpr const char* k_list = R"py(
import sys, zipfile, hashlib, re
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(" ".join(sorted(archive.namelist())))
summary = archive.read("summary.txt").decode()
for name in archive.namelist():
    if name != "summary.txt":
        digest = re.search(re.escape(name) + r"\n  rows     \d+\n  SHA-256  ([0-9a-f]{64})", summary).group(1)
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest, name
print(summary)
)py";

TEST_F(SealedExport, ABundleHoldsAFileForEachSubjectAndASummary) {
  const std::string file = path("evidence.zip");
  const auto outcome = cli({"export", "bundle", "-o", file});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::string listed = python(k_list, file);
  EXPECT_TRUE(listed.starts_with("audit.xlsx plugins.xlsx secrets.xlsx status.xlsx summary.txt\n")) << listed;
  EXPECT_TRUE(holds(listed, "Files:   4\nFailed:  0\n")) << listed;
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(holds(content(file), canary_));
  EXPECT_EQ(cli({"export", "bundle", "-o", file}).exit_code, 7);
  EXPECT_EQ(cli({"export", "bundle", "-o", file, "--force", "audit", "status", "-f", "csv"}).exit_code, 0);
  EXPECT_TRUE(python(k_list, file).starts_with("audit.csv status.csv summary.txt\n"));
  for (const auto& entry : fs::directory_iterator(daemon_.folder()))
    EXPECT_FALSE(holds(entry.path().filename(), "evidence.zip.")) << entry.path();
}

TEST_F(SealedExport, AFileThatFailsIsLeftOutOfTheBundleAndCounted) {
  const auto none = cli({"export", "bundle", "-o", path("none.zip"), "-f", "pdf"});
  EXPECT_NE(none.exit_code, 0);
  EXPECT_TRUE(holds(none.errors, "names no format")) << none.errors;
  EXPECT_FALSE(fs::exists(path("none.zip")));
  const auto some = cli({"export", "bundle", "-o", path("some.zip"), "-f", "csv", "--below", "../x"});
  EXPECT_EQ(some.exit_code, 1) << some.errors;
  EXPECT_TRUE(holds(some.errors, "secrets.csv was left out: ")) << some.errors;
  const std::string listed = python(k_list, path("some.zip"));
  EXPECT_TRUE(listed.starts_with("audit.csv plugins.csv status.csv summary.txt\n")) << listed;
  EXPECT_TRUE(holds(listed, "Files:   3\nFailed:  1\n")) << listed;
  EXPECT_TRUE(holds(listed, "secrets.csv\n  failed ")) << listed;
}

TEST_F(SealedExport, ABundleForARecipientHoldsSealedFiles) {
  ASSERT_EQ(cli({"export", "bundle", "-o", path("sealed.zip"), "-f", "csv", "--recipient", recipient_}).exit_code, 0);
  const std::string listed = python(k_list, path("sealed.zip"));
  EXPECT_TRUE(listed.starts_with("audit.csv.age plugins.csv.age secrets.csv.age status.csv.age summary.txt\n"))
      << listed;
  EXPECT_FALSE(holds(content(path("sealed.zip")), "prod/db"));
  python("import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract('secrets.csv.age', sys.argv[1] + '.d')",
         path("sealed.zip"));
  EXPECT_TRUE(holds(opened(path("sealed.zip.d/secrets.csv.age")), "prod/db"));
}

}  // namespace
}  // namespace strongroom::tests
