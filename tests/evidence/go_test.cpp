// Checkpoints, proofs and tiles of ours, judged by Go's packages sumdb/note and sumdb/tlog.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include <strongroom/evidence/checkpoint.h>
#include <strongroom/evidence/tiles.h>
#include <strongroom/evidence/tlog_proof.h>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sdk/evidence/sample_log.h"
#include "tests/unit/sdk/evidence/sample_note.h"

namespace strongroom::evidence {
namespace {

using tests::Outcome;
using tests::Process;
using tests::TemporaryFolder;

// Three levels of tiles.
constexpr std::uint64_t k_size = 70'000;

class GoVerifier : public testing::Test {
 protected:
  // Built once, from the sources in GO_VERIFIER.
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    try {
      if (go({"go", "version"}).exit_code != 0) throw std::runtime_error("it does not start");
    } catch (const std::runtime_error&) {
      missing_ = "there is no Go here";
      return;
    }
    try {
      if (const Outcome fetched = go({"go", "mod", "download"}); fetched.exit_code != 0)
        throw std::runtime_error(fetched.errors);
    } catch (const std::runtime_error& problem) {
      missing_ = std::string("its modules cannot be fetched: ") + problem.what();
      return;
    }
    const Outcome built = go({"go", "build", "-buildvcs=false", "-o", program(), "."});
    ASSERT_EQ(built.exit_code, 0) << built.errors;
  }

  static void TearDownTestSuite() { folder_.reset(); }

  void SetUp() override {
    if (!missing_.empty()) GTEST_SKIP() << "not judged by Go: " << missing_;
  }

  static Outcome go(std::vector<std::string> words) {
    Process process(std::move(words), {.environment = {}, .input = {}, .capture = true, .folder = GO_VERIFIER});
    return process.wait(std::chrono::seconds(200));
  }

  static std::string program() { return (folder_->path() / "verifier").string(); }

  // Whether Go's packages agree.
  static bool accepts(std::vector<std::string> words) {
    words.insert(words.begin(), program());
    const Outcome outcome = Process(std::move(words)).wait();
    if (outcome.exit_code != 0) said_ = outcome.errors;
    return outcome.exit_code == 0;
  }

  static std::string write(const std::string& name, std::string_view bytes) {
    const auto path = folder_->path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }

  static std::string write_checkpoint(const std::string& name, std::uint64_t size) {
    return write(name, checkpoint(size).serialize());
  }

  static Note checkpoint(std::uint64_t size) {
    return signed_note(Checkpoint{key().verifier.name, size, log().root(size)}.text(), key());
  }

  static TlogProof proof(std::uint64_t index, std::uint64_t size) {
    return {std::nullopt, index, prove_inclusion(index, size, log().reader()).value(), checkpoint(size)};
  }

  static const SampleKey& key() {
    static const SampleKey key("example.com/log", k_note_key, 1);
    return key;
  }

  static std::string vkey() { return key().verifier.text(); }

  static const SampleLog& log() {
    static const SampleLog log(k_size);
    return log;
  }

  // The tiles of the log of `size` entries below a folder of its own, which is returned.
  static std::string write_tiles(std::uint64_t size) {
    const std::string name = "tiles of " + std::to_string(size);
    for (unsigned level = 0; size >> (k_tile_height * level) != 0; ++level) {
      const std::uint64_t hashes = size >> (k_tile_height * level);
      for (std::uint64_t tile = 0; tile * k_tile_width < hashes; ++tile) {
        const auto width = static_cast<unsigned>(std::min<std::uint64_t>(hashes - tile * k_tile_width, k_tile_width));
        Bytes bytes;
        for (unsigned i = 0; i < width; ++i) {
          const Hash hash = log().reader()(k_tile_height * level, tile * k_tile_width + i).value();
          bytes.insert(bytes.end(), hash.begin(), hash.end());
        }
        write(name + "/" + tile_path(level, tile, width), as_text(bytes));
      }
    }
    return (folder_->path() / name).string();
  }

  static inline std::unique_ptr<TemporaryFolder> folder_;
  static inline std::string missing_;
  static inline std::string said_;
};

std::string base64_lines(const std::vector<Hash>& hashes) {
  std::string lines;
  for (const Hash& hash : hashes) {
    std::string line(base64_size(hash.size()), '\0');
    base64_encode(hash, line.data());
    lines += line + "\n";
  }
  return lines;
}

TEST_F(GoVerifier, AcceptsACheckpointAndItsCosignature) {
  const SampleKey witness("witness.example/w1", k_cosignature_key, 2);
  Note note = checkpoint(k_size);
  EXPECT_TRUE(accepts({"note", write("checkpoint", note.serialize()), vkey()})) << said_;
  note.signatures.push_back(cosign_note(witness.verifier, note.text, 1679315147, witness.signer()).value());
  const std::string cosigned = write("cosigned", note.serialize());
  EXPECT_TRUE(accepts({"note", cosigned, vkey()})) << said_;
  EXPECT_TRUE(accepts({"note", cosigned, vkey(), witness.verifier.text()})) << said_;
  note.signatures.back().signature[7] ^= 1;
  EXPECT_FALSE(accepts({"note", write("cosigned later", note.serialize()), vkey(), witness.verifier.text()}));
  note.text[0] = 'E';
  EXPECT_FALSE(accepts({"note", write("changed", note.serialize()), vkey()}));
}

TEST_F(GoVerifier, AcceptsInclusionProofsAndNoChangedOnes) {
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{6}, std::uint64_t{256}, std::uint64_t{1000}, k_size})
    for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size - 1}) {
      TlogProof made = proof(index, size);
      const std::string entry = write("entry", SampleLog::entry(index));
      EXPECT_TRUE(accepts({"inclusion", write("proof", made.text()), entry, vkey()})) << said_;
      EXPECT_FALSE(accepts({"inclusion", write("proof", made.text()), write("other", "entry"), vkey()}));
      if (made.hashes.empty()) continue;
      made.hashes.back()[31] ^= 1;
      EXPECT_FALSE(accepts({"inclusion", write("changed", made.text()), entry, vkey()}));
    }
}

TEST_F(GoVerifier, AcceptsConsistencyProofsAndNoChangedOnes) {
  for (const std::uint64_t old_size : {1u, 2u, 5u, 255u, 256u, 4097u, 65536u, 69999u, 70000u}) {
    const auto hashes = prove_consistency(old_size, k_size, log().reader()).value();
    const std::string old = write_checkpoint("old", old_size);
    const std::string now = write_checkpoint("now", k_size);
    EXPECT_TRUE(accepts({"consistency", old, now, write("proof", base64_lines(hashes)), vkey()})) << said_;
    if (hashes.empty()) continue;
    auto changed = hashes;
    changed.front()[0] ^= 1;
    EXPECT_FALSE(accepts({"consistency", old, now, write("proof", base64_lines(changed)), vkey()}));
  }
}

TEST_F(GoVerifier, AcceptsTilesAndNoChangedOnes) {
  for (const std::uint64_t size :
       {std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{256}, std::uint64_t{257}, k_size})
    EXPECT_TRUE(accepts({"tiles", write_tiles(size), write_checkpoint("head", size), vkey()})) << size << said_;
  const std::string folder = write_tiles(257);
  const std::string tile = "tiles of 257/" + tile_path(0, 0, k_tile_width);
  write(tile, std::string(k_tile_bytes, 'x'));
  EXPECT_FALSE(accepts({"tiles", folder, write_checkpoint("head", 257), vkey()}));
}

}  // namespace
}  // namespace strongroom::evidence
