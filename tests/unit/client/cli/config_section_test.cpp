// Changing a section of a configuration file and nothing else of it.
#include "client/cli/config_section.h"

#include <gtest/gtest.h>

namespace strongroom::cli {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

TEST(ConfigSection, AMissingSectionStandsAtTheEnd) {
  EXPECT_EQ(with_entries("", "backup", Entries{{"keep", "3"}}), "[backup]\nkeep = 3\n");
  EXPECT_EQ(with_entries("[log]\nlevel = \"info\"", "backup", Entries{{"keep", "3"}, {"folder", "\"/b\""}}),
            "[log]\nlevel = \"info\"\n\n[backup]\nkeep = 3\nfolder = \"/b\"\n");
}

TEST(ConfigSection, TheKeysOwnLineIsChangedAndTheOthersStay) {
  const std::string text =
      "# mine\n[backup]  # to the other disk\nfolder = \"/a\"\n  keep=4 # few\n\n[log]\nkeep = 9\nlevel = \"info\"\n";
  EXPECT_EQ(with_entries(text, "backup", Entries{{"keep", "3"}, {"every_hours", "6"}}),
            "# mine\n[backup]  # to the other disk\nfolder = \"/a\"\nkeep = 3\nevery_hours = 6\n\n[log]\nkeep = "
            "9\nlevel = \"info\"\n");
}

TEST(ConfigSection, ATextIsQuoted) {
  EXPECT_EQ(toml_text("/a b"), "\"/a b\"");
  EXPECT_EQ(toml_text("a\"b\\c\nd\x7f"), "\"a\\\"b\\\\c\\u000ad\\u007f\"");
}

}  // namespace
}  // namespace strongroom::cli
