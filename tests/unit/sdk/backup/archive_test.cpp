#include <strongroom/backup/archive.h>

#include <gtest/gtest.h>

#include <map>

namespace strongroom::backup {
namespace {

struct Sample {
  std::map<std::string, std::string> members{{"header", "the header"}, {"root", std::string(32, 'k')}, {"rows", ""}};
  Manifest manifest;

  Sample() {
    members["rows"] = std::string(1500, 'r');
    manifest.log_origin = "origin";
    for (std::size_t i = 0; i < k_members.size(); ++i) {
      const std::string& content = members[std::string(k_members[i])];
      StreamDigest digest;
      digest.add(as_bytes(content));
      manifest.members[i] = {content.size(), digest.end()};
    }
  }

  Bytes archive() const {
    const evidence::Note note{manifest_text(manifest), {{"origin", 1, Bytes(64, 2)}}};
    Bytes all;
    const auto add = [&](std::string_view name, std::string_view content) {
      for (const Bytes& part : {member_block(name, content.size(), 1'700'000'000'000),
                                Bytes(content.begin(), content.end()), member_padding(content.size())})
        all.insert(all.end(), part.begin(), part.end());
    };
    add("manifest", note.serialize());
    for (const auto name : k_members) add(name, members.at(std::string(name)));
    const Bytes end = archive_end();
    all.insert(all.end(), end.begin(), end.end());
    return all;
  }
};

Status read(BytesView bytes, std::size_t at_once, std::map<std::string, std::string>& got) {
  ArchiveReader reader([](const Manifest&, const evidence::Note&) { return Status(); },
                       [&](std::string_view name, BytesView piece) {
                         got[std::string(name)].append(as_text(piece));
                         return Status();
                       });
  while (!bytes.empty()) {
    const std::size_t n = std::min(at_once, bytes.size());
    STRONGROOM_CHECK(reader.feed(bytes.first(n)));
    bytes = bytes.subspan(n);
  }
  return reader.end();
}

TEST(BackupArchive, ComesBackHoweverItIsCut) {
  const Sample sample;
  const Bytes archive = sample.archive();
  for (const std::size_t at_once : {1u, 7u, 511u, 512u, 513u, 100'000u}) {
    std::map<std::string, std::string> got;
    const Status done = read(archive, at_once, got);
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(got, sample.members);
  }
}

TEST(BackupArchive, NoByteCanBeChangedOrLost) {
  const Bytes archive = Sample().archive();
  std::map<std::string, std::string> got;
  for (std::size_t size = 0; size < archive.size(); size += size < 600 ? 1 : 37)
    EXPECT_FALSE(read(BytesView(archive).first(size), 4096, got)) << size;
  const std::size_t note_at = k_block;
  const std::size_t note_end = note_at + 1024;
  for (std::size_t at = 0; at < archive.size(); ++at) {
    // The manifest's own text is the signature's business.
    if (at >= note_at && at < note_end) continue;
    Bytes other = archive;
    other[at] ^= 1;
    ASSERT_FALSE(read(other, 4096, got)) << at;
  }
  Bytes longer = archive;
  longer.push_back(0);
  EXPECT_FALSE(read(longer, 4096, got));
}

TEST(BackupArchive, MembersOfAnotherNameOrOrderAreRefused) {
  std::map<std::string, std::string> got;
  EXPECT_FALSE(read(Bytes(4096, 0), 4096, got));
  EXPECT_FALSE(read(member_block("header", 10, 0), 4096, got));
  Sample sample;
  sample.manifest.members[0].size += 1;
  EXPECT_FALSE(read(sample.archive(), 4096, got));
}

TEST(BackupArchive, SizesBeyondOctalAreWrittenInBinary) {
  const Bytes block = member_block("rows", 1ULL << 40, 0);
  EXPECT_EQ(block[124], 0x80);
  EXPECT_EQ(block[124 + 11 - 5], 1);
}

}  // namespace
}  // namespace strongroom::backup
