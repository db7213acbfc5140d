#include <strongroom/backup/manifest.h>

#include <gtest/gtest.h>

#include <limits>

namespace strongroom::backup {
namespace {

Manifest sample() {
  Manifest m;
  m.store_id[0] = 0xab;
  m.created_ms = 1'700'000'000'000;
  m.header_generation = 7;
  m.rows = 3;
  m.log_origin = "strongroom.example/log";
  m.log_entries = 42;
  m.log_root[31] = 9;
  for (std::size_t i = 0; i < m.members.size(); ++i) {
    m.members[i].size = i * 1000;
    m.members[i].digest[0] = static_cast<Byte>(i);
  }
  return m;
}

TEST(BackupManifest, ComesBackAsItWas) {
  const std::string text = manifest_text(sample());
  const auto back = parse_manifest(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(manifest_text(*back), text);
  EXPECT_EQ(back->log_entries, 42u);
  EXPECT_EQ(back->members[2].size, 2000u);
}

TEST(BackupManifest, EveryPartThatIsMissingOrTooMuchIsRefused) {
  const std::string text = manifest_text(sample());
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse_manifest(text.substr(0, size))) << size;
  EXPECT_FALSE(parse_manifest(text + "more\n"));
  EXPECT_FALSE(parse_manifest(text + std::string(k_manifest_max, 'x')));
}

TEST(BackupManifest, ItsLengthIsKnownBeforeTheRowsAreCounted) {
  Manifest counted = sample();
  counted.rows = counted.members[2].size = std::numeric_limits<std::uint64_t>::max();
  const std::string text = manifest_text(counted);
  EXPECT_EQ(text.size(), manifest_text(sample()).size());
  const auto back = parse_manifest(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->rows, counted.rows);
}

TEST(BackupManifest, AnotherVersionIsUnsupported) {
  std::string text = manifest_text(sample());
  text[text.find('\n') - 1] = '2';
  ASSERT_FALSE(parse_manifest(text));
  EXPECT_EQ(parse_manifest(text).error().code, ErrorCode::unsupported);
}

TEST(BackupManifest, OneTextStandsForOneManifest) {
  const std::string text = manifest_text(sample());
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"stored 0", "stored 00"},
                                 {"stored 0", "stored "},
                                 {"stored 0", "stored +"},
                                 {"stored 0", "stored  "},
                                 {"generation 7", "generation 07"},
                                 {"rows 0", "rows "},
                                 {"rows 0", "rows 9"},
                                 {"store ab", "store AB"},
                                 {"created 1", "created -1"},
                                 {"log strongroom.example/log", "log"}}) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    EXPECT_FALSE(parse_manifest(other)) << other;
  }
}

}  // namespace
}  // namespace strongroom::backup
