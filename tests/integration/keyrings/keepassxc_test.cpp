// What a real keepassxc-cli exports.
#include "tests/integration/keyrings/keyring_house.h"
#include "tests/support/keepass_database.h"

namespace strongroom::tests {
namespace {

class KeepassImport : public KeyringHouse {
 protected:
  KeepassImport() : database_(daemon_.folder() / "keepass") {
    database_.add_group("Web");
    database_.add_group("Web/Deep");
    database_.add("Web/Deep/Git", "old one", {"--username", "ann", "--url", "https://x", "--notes", "a <note> & more"});
    database_.change("Web/Deep/Git", "new one");
    database_.add("gone", "hush");
    database_.remove("gone");
    database_.attach("Web/Deep/Git", "scan.png", file("scan", "bytes"));
  }

  KeepassDatabase database_;
};

TEST_F(KeepassImport, TheXmlExportComesAlongAndWhatStaysIsNamed) {
  const auto done = import({"--from", "keepassxc", "-"}, {}, database_.exported("xml"));
  EXPECT_EQ(done.exit_code, 1) << done.errors;
  EXPECT_EQ(read("keepassxc/Web/Deep/Git"), "new one");
  EXPECT_EQ(read("keepassxc/Web/Deep/Git#username"), "ann");
  EXPECT_EQ(read("keepassxc/Web/Deep/Git#url"), "https://x");
  EXPECT_EQ(read("keepassxc/Web/Deep/Git#notes"), "a <note> & more");
  for (const char* said : {"the attachment 'scan.png' is not imported", "earlier versions are not imported",
                           "left out  it lies in the recycle bin"})
    EXPECT_TRUE(holds(done.output, said)) << done.output;
  EXPECT_FALSE(holds(done.output + done.errors, "hush"));
}

TEST_F(KeepassImport, TheCsvExportToo) {
  const std::string csv = file("export.csv", database_.exported("csv"));
  const auto done = import({"--from", "keepassxc", csv, "--to", "/"});
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_TRUE(holds(done.errors, "still holds the values")) << done.errors;
  EXPECT_EQ(read("Web/Deep/Git"), "new one");
  EXPECT_EQ(read("Web/Deep/Git#notes"), "a <note> & more");
  EXPECT_EQ(read("Recycle%20Bin/gone"), "hush");
}

TEST_F(KeepassImport, WhatOneEntryHasTooMuchOfEndsNoOther) {
  const std::string csv =
      file("odd.csv", "Title,Password,caf\xe9\nodd,a,b\nbig," + std::string(3 * 1024 * 1024, '\x01') + ",\nfine,c,\n");
  const auto done = import({"--from", "keepassxc", csv});
  EXPECT_EQ(done.exit_code, 1) << done.errors;
  EXPECT_TRUE(holds(done.output, "is not UTF-8")) << done.output;
  EXPECT_TRUE(holds(done.output, "larger than 1 MiB")) << done.output;
  EXPECT_FALSE(holds(done.errors, "still holds the values")) << done.errors;
  EXPECT_EQ(read("keepassxc/fine"), "c");
}

TEST_F(KeepassImport, ARecycleBinAloneIsNoFailure) {
  const auto done =
      import({"--from", "keepassxc", "-"}, {},
             "<KeePassFile><Meta><RecycleBinUUID>B</RecycleBinUUID></Meta><Root><Group><Group><UUID>B</UUID>"
             "<Entry><String><Key>Password</Key><Value>hush</Value></String><Binary><Key>f</Key></Binary>"
             "</Entry></Group><Entry><String><Key>Title</Key><Value>t</Value></String><String>"
             "<Key>Password</Key><Value>v</Value></String></Entry></Group></Root></KeePassFile>");
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  EXPECT_TRUE(holds(done.output, "1 left out, 0 failed")) << done.output;
  EXPECT_EQ(read("keepassxc/t"), "v");
}

TEST_F(KeepassImport, AFileThatIsNoneStoresNothing) {
  const auto broken = import({"--from", "keepassxc", file("b.xml", "<KeePassFile><Root>hush")});
  EXPECT_NE(broken.exit_code, 0);
  EXPECT_TRUE(holds(broken.errors, "b.xml, line 1: no element found; nothing was imported")) << broken.errors;
  EXPECT_FALSE(holds(broken.errors, "hush"));
  EXPECT_EQ(listing(), "");
}

}  // namespace
}  // namespace strongroom::tests
