#include "daemon/platform/machine_id.h"

#include <gtest/gtest.h>

#include <fstream>

namespace strongroom::platform {
namespace {

class MachineId : public ::testing::Test {
 protected:
  MachineId() {
    std::string name = (std::filesystem::temp_directory_path() / "machine id XXXXXX").string();
    folder = ::mkdtemp(name.data());
    files[0] = folder / "first";
    files[1] = folder / "second";
  }

  ~MachineId() override { std::filesystem::remove_all(folder); }

  void put(int file, std::string_view text) { std::ofstream(files[file], std::ios::binary) << text; }

  std::string found() { return to_hex(machine_id(files)); }

  std::filesystem::path folder;
  std::filesystem::path files[2];
};

constexpr std::string_view k_id = "0123456789abcdef0123456789abcdef";

TEST_F(MachineId, IsThatOfTheFirstFile) {
  put(0, std::string(k_id) + "\n");
  put(1, "ffffffffffffffffffffffffffffffff\n");
  EXPECT_EQ(found(), k_id);
}

TEST_F(MachineId, FallsBackToTheSecondFile) {
  put(0, "uninitialized\n");
  put(1, k_id);
  EXPECT_EQ(found(), k_id);
}

TEST_F(MachineId, IsEmptyWhenThereIsNone) {
  EXPECT_EQ(found(), "");
}

TEST_F(MachineId, IsEmptyWhenItIsNotWellFormed) {
  for (const std::string_view text :
       {"", "\n", "0123456789abcdef0123456789abcde\n", "0123456789abcdef0123456789abcdef0\n",
        "g123456789abcdef0123456789abcdef\n", "00000000000000000000000000000000\n"}) {
    put(0, text);
    EXPECT_EQ(found(), "") << text;
  }
}

TEST_F(MachineId, OfThisMachineIsEmptyOrSixteenBytesAndStable) {
  const Bytes id = machine_id();
  EXPECT_TRUE(id.empty() || id.size() == 16);
  EXPECT_EQ(id, machine_id());
}

}  // namespace
}  // namespace strongroom::platform
