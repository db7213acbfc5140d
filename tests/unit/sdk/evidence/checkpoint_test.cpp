#include <strongroom/evidence/checkpoint.h>

#include <gtest/gtest.h>

namespace strongroom::evidence {
namespace {

// The example of C2SP tlog-checkpoint.
const std::string k_text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

TEST(Checkpoint, IsReadAndWritten) {
  const Checkpoint checkpoint = Checkpoint::parse(k_text).value();
  EXPECT_EQ(checkpoint.origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint.size, 20852163u);
  EXPECT_EQ(to_hex(checkpoint.root), "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62");
  EXPECT_EQ(checkpoint.text(), k_text);
}

TEST(Checkpoint, MayBeOfAnySize) {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    const Checkpoint checkpoint{"log", size, {}};
    EXPECT_EQ(Checkpoint::parse(checkpoint.text()).value(), checkpoint);
  }
}

TEST(Checkpoint, IsRefusedInAnyOtherForm) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("\n\n\n"), std::string("log\n"), std::string("log\n1\n"),
        "log\n1\n" + root.substr(0, root.size() - 1), "log\n1\n" + root + "extension\n", "log\n1\n" + root + "\n",
        "log\n1\n" + root + "x", "\n1\n" + root, "log\n\n" + root, "log\n01\n" + root, "log\n+1\n" + root,
        "log\n-1\n" + root, "log\n 1\n" + root, "log\n1 \n" + root, "log\n0x1\n" + root, "log\n00\n" + root,
        "log\n18446744073709551616\n" + root, "lo\tg\n1\n" + root, "lo\xff\n1\n" + root,
        // 31 and 33 bytes, no padding, bits behind the last.
        std::string("log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n"),
        std::string("log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"),
        std::string("log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n"),
        std::string("log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n")}) {
    const auto parsed = Checkpoint::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument) << bad;
  }
  EXPECT_TRUE(Checkpoint::parse("log\n1\n" + root));
}

}  // namespace
}  // namespace strongroom::evidence
