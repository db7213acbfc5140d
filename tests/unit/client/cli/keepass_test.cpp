#include <gtest/gtest.h>

#include "client/cli/keyrings/keepass_csv.h"
#include "client/cli/keyrings/keepass_xml.h"
#include "tests/unit/client/cli/foreign_items.h"

namespace strongroom::cli::keyrings {
namespace {

using Map = std::map<std::string, std::string>;

std::string file(const std::string& groups, const std::string& meta = "") {
  return "<?xml version=\"1.0\"?><KeePassFile><Meta>" + meta + "</Meta><Root><Group><Name>Database</Name>" + groups +
         "</Group></Root></KeePassFile>";
}

std::string text(const std::string& key, const std::string& value) {
  return "<String><Key>" + key + "</Key><Value>" + value + "</Value></String>";
}

std::vector<ForeignItem> xml(const std::string& content) {
  auto items = read_keepass_xml(content);
  EXPECT_TRUE(items) << items.error().message << items.error().subject;
  return items ? std::move(*items) : std::vector<ForeignItem>();
}

TEST(KeepassXml, GroupsAreFoldersAndStringsAreFields) {
  const auto items = xml(
      file("<Group><Name>Web &amp; Mail</Name><Entry>" + text("Title", "a/b") + text("Password", "p&lt;\n&#228;") +
           text("UserName", "u") + text("URL", "h") + text("Notes", "n") + text("PIN", "1234") + text("Empty", "") +
           "<Tags>one;two</Tags></Entry></Group><Entry>" + text("Title", "top") + text("Password", "q") + "</Entry>"));
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(name_of(items[0]), "Web & Mail|a/b");
  EXPECT_EQ(fields_of(items[0]),
            (Map{{"value", "p<\n\u00e4"}, {"username", "u"}, {"url", "h"}, {"notes", "n"}, {"PIN", "1234"}}));
  EXPECT_EQ(items[0].labels, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(name_of(items[1]), "top");
  EXPECT_FALSE(items[1].incomplete);
}

TEST(KeepassXml, AFieldOfANameThatIsTakenGetsANumber) {
  const auto items = xml(file("<Entry>" + text("Password", "p") + text("value", "q") + "</Entry>"));
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(fields_of(items[0]), (Map{{"value", "p"}, {"value-2", "q"}}));
}

TEST(KeepassXml, WhatStaysBehindIsSaid) {
  const auto items =
      xml(file("<Entry>" + text("Title", "t") + text("Password", "{REF:P@I:46C9}") +
               "<Binary><Key>scan.png</Key><Value Ref=\"0\"/></Binary><Times><Expires>True</Expires></Times>"
               "<History><Entry>" +
               text("Password", "old") + "</Entry></History></Entry>"));
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(name_of(items[0]), "t");
  EXPECT_EQ(fields_of(items[0]), (Map{{"value", "{REF:P@I:46C9}"}}));
  EXPECT_TRUE(items[0].incomplete);
  for (const char* part : {"'scan.png' is not imported", "1 earlier versions", "expiry", "'value' refers to another"})
    EXPECT_NE(items[0].note.find(part), std::string::npos) << items[0].note;
}

TEST(KeepassXml, TheRecycleBinIsNotWantedAndEncryptedValuesAreProblems) {
  const auto items =
      xml(file("<Group><UUID>BIN=</UUID><Name>Recycle Bin</Name><Group><Name>g</Name><Entry>" + text("Password", "p") +
                   "</Entry></Group></Group><Entry><String><Key>Password</Key><Value Protected=\"True\">x</Value>"
                   "</String></Entry><Entry>" +
                   text("Password", "q") + "</Entry>",
               "<RecycleBinUUID>BIN=</RecycleBinUUID>"));
  ASSERT_EQ(items.size(), 3u);
  EXPECT_NE(items[0].not_wanted.find("recycle bin"), std::string::npos);
  EXPECT_EQ(items[0].problem, "");
  EXPECT_TRUE(items[0].fields.empty());
  EXPECT_NE(items[1].problem.find("encrypted in this file"), std::string::npos);
  EXPECT_TRUE(items[1].fields.empty());
  EXPECT_EQ(items[2].problem, "");
}

void expect_refused(const std::string& content, const std::string& message) {
  const auto items = read_keepass_xml(content);
  ASSERT_FALSE(items) << content;
  EXPECT_NE(items.error().message.find(message), std::string::npos) << items.error().message;
  EXPECT_TRUE(items.error().subject.starts_with("line ")) << items.error().subject;
  EXPECT_EQ(items.error().message.find("hush"), std::string::npos);
}

TEST(KeepassXml, EntitiesNestingAndOtherFilesAreRefused) {
  expect_refused("<!DOCTYPE x [<!ENTITY a \"hush\"><!ENTITY b \"&a;&a;&a;\">]><KeePassFile>&b;</KeePassFile>",
                 "document type");
  expect_refused("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><KeePassFile/>", "document type");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<Group>";
  expect_refused("<KeePassFile>" + deep, "nested too deep");
  expect_refused("<html/>", "no export of KeePassXC");
  expect_refused("<KeePassFile><hush>", "no element found");
  expect_refused("", "no element found");
}

std::vector<ForeignItem> csv(const std::string& content) {
  auto items = read_keepass_csv(content);
  EXPECT_TRUE(items) << items.error().message << items.error().subject;
  return items ? std::move(*items) : std::vector<ForeignItem>();
}

TEST(KeepassCsv, ReadsQuotesLinesAndFurtherColumns) {
  const auto items =
      csv("\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\",\"Created\",Extra\r\n"
          "\"Db/Web/Mail\",\"t\",\"u\",\"p \"\"q\"\", r\n\",\"\",\"one\ntwo\",\"otpauth://x\",\"0\",\"2026\",e\r\n"
          "Db,plain,,x,,,,,,");
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(name_of(items[0]), "Web|Mail|t");
  EXPECT_EQ(fields_of(items[0]), (Map{{"value", "p \"q\", r\n"},
                                      {"username", "u"},
                                      {"notes", "one\ntwo"},
                                      {"otp", "otpauth://x"},
                                      {"Extra", "e"}}));
  EXPECT_EQ(items[0].metadata, (Map{{"created", "2026"}}));
  EXPECT_EQ(name_of(items[1]), "plain");
}

TEST(KeepassCsv, WhatIsNoneIsRefusedWithItsLine) {
  const auto line_of = [](const std::string& content) {
    const auto items = read_keepass_csv(content);
    if (items) return std::string();
    EXPECT_EQ(items.error().message.find("hush"), std::string::npos) << items.error().message;
    return items.error().subject;
  };
  EXPECT_EQ(line_of(""), "line 1");
  EXPECT_EQ(line_of("a,b\nhush,x\n"), "line 1");
  EXPECT_EQ(line_of("Title,Password\n\"a\nb\",c\nhush\n"), "line 4");
  EXPECT_EQ(line_of("Title,Password\nt,\"hush\n"), "line 2");
  EXPECT_EQ(line_of("Title,Password\nt,\"hush\"x\n"), "line 2");
  EXPECT_EQ(line_of("Title,Password" + std::string(1000, ',')), "line 1");
}

}  // namespace
}  // namespace strongroom::cli::keyrings
