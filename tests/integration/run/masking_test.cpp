// What reaches the reader of a command's output.
#include "tests/integration/run/run_house.h"

namespace strongroom::tests {
namespace {

class RunMasking : public RunHouse {};

TEST_F(RunMasking, BothOutputsAreMasked) {
  const auto outcome = run_shell("echo \"out: $KEY.\"; echo \"err: $KEY.\" >&2");
  EXPECT_EQ(outcome.output, "out: ********.\n");
  EXPECT_EQ(outcome.errors, "err: ********.\n");
}

TEST_F(RunMasking, EncodingsOfEverydayToolsAreMasked) {
  const auto outcome = run({"--env", "KEY=api/key"}, {"python3", "-c", R"(
import base64, json, os, urllib.parse
key = os.environ['KEY'].encode()
for text in (base64.b64encode(key), base64.urlsafe_b64encode(b'user:' + key + b'!'), key.hex().encode(),
             key.hex().upper().encode(), urllib.parse.quote(key, safe='').encode(), urllib.parse.quote(key).encode(),
             json.dumps(key.decode()).encode()):
    print(text.decode())
)"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  std::size_t masks = 0;
  for (std::size_t at = 0; (at = outcome.output.find(k_mask, at)) != std::string::npos; at += k_mask.size()) ++masks;
  EXPECT_EQ(masks, 7U) << outcome.output;
  EXPECT_EQ(outcome.output.find("Zr8w"), std::string::npos) << outcome.output;
}

TEST_F(RunMasking, AValueInTwoHalvesWithAPauseBetween) {
  const auto outcome = run({"--env", "KEY=api/key"}, {"python3", "-c", R"(
import os, sys, time
key = os.environ['KEY']
for part in ('a ', key[:9], key[9:], ' b\n'):
    sys.stdout.write(part)
    sys.stdout.flush()
    time.sleep(0.06)
)"});
  EXPECT_EQ(outcome.output, "a ******** b\n");
}

TEST_F(RunMasking, InterleavedOutputsDoNotHideAValueFromTheMasker) {
  const auto outcome = run({"--env", "KEY=api/key"}, {"python3", "-c", R"(
import os
key = os.environ['KEY'].encode()
for byte in key:
    os.write(1, bytes([byte]))
    os.write(2, bytes([byte]))
)"});
  EXPECT_EQ(outcome.output, k_mask);
  EXPECT_EQ(outcome.errors, k_mask);
}

TEST_F(RunMasking, ShortValuesAreNamedOnceAndPass) {
  keep("pin", "12345");
  const auto outcome = run({"--env", "PIN=pin", "--env", "KEY=api/key"}, {"sh", "-c", "echo $PIN $KEY"});
  EXPECT_EQ(outcome.output, "12345 ********\n");
  EXPECT_NE(outcome.errors.find("PIN"), std::string::npos);
  EXPECT_EQ(outcome.errors.find("12345"), std::string::npos);
  EXPECT_EQ(outcome.errors.find("KEY"), std::string::npos);
}

TEST_F(RunMasking, FilesAndDescriptorsAreMaskedToo) {
  EXPECT_EQ(run({"--file", "F=api/key", "--file-fd", "D=api/key"}, {"sh", "-c", "cat \"$F\"; echo; cat \"$D\""}).output,
            "********\n********");
}

TEST_F(RunMasking, NoMaskingLeavesTheOutputAlone) {
  EXPECT_EQ(run_shell("printf %s \"$KEY\"", {"--no-masking"}).output, k_value);
}

TEST_F(RunMasking, AMebibyteOfBytesPassesUnchanged) {
  const auto outcome = run({"--env", "KEY=api/key"}, {"python3", "-c", R"(
import random, sys
random.seed(7)
sys.stdout.buffer.write(random.randbytes(1 << 20))
)"});
  const auto plain = run({"--no-masking"}, {"python3", "-c", R"(
import random, sys
random.seed(7)
sys.stdout.buffer.write(random.randbytes(1 << 20))
)"});
  EXPECT_EQ(outcome.output.size(), 1U << 20);
  EXPECT_TRUE(outcome.output == plain.output);
}

TEST_F(RunMasking, AReaderThatGoesAwayEndsTheCommandAsUsual) {
  const std::string line = [&] {
    std::string all;
    for (const auto& word : words({}, {"yes"})) all += "'" + word + "' ";
    return all + "| head -n 1";
  }();
  Process process({"sh", "-c", line}, {.environment = environment(), .input = {}, .folder = {}});
  EXPECT_EQ(process.wait(std::chrono::seconds(20)).output, "y\n");
}

TEST_F(RunMasking, ASlowReaderOfOneOutputDoesNotHoldTheOtherUp) {
  // Nobody reads standard output while the command's word on standard error is waited for.
  int out[2];
  int err[2];
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(err, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  auto command = words({"--env", "KEY=api/key"},
                       {"sh", "-c", "head -c 1000000 /dev/zero & sleep 0.2; printf '%s!' \"$KEY\" >&2; wait"});
  std::vector<char*> argv;
  for (auto& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  ASSERT_EQ(posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  std::string said;
  char text[65536];
  while (said.find('!') == std::string::npos) {
    const ssize_t n = read(err[0], text, sizeof text);
    ASSERT_GT(n, 0) << said;
    said.append(text, static_cast<std::size_t>(n));
  }
  EXPECT_EQ(said, "********!");
  std::size_t bytes = 0;
  for (ssize_t n = 0; (n = read(out[0], text, sizeof text)) > 0;) bytes += static_cast<std::size_t>(n);
  EXPECT_EQ(bytes, 1'000'000U);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  close(out[0]);
  close(err[0]);
}

TEST_F(RunMasking, ACommandThatClosesAllDescriptorsEndsAsUsual) {
  const auto outcome = run({"--env", "KEY=api/key", "--file-fd", "D=api/key"}, {"python3", "-c", R"(
import os, sys, time
print('before ' + os.environ['KEY'], flush=True)
os.closerange(0, 1000)
time.sleep(0.05)
os._exit(9)
)"});
  EXPECT_EQ(outcome.exit_code, 9);
  EXPECT_EQ(outcome.output, "before ********\n");
}

TEST_F(RunMasking, AChildThatOutlivesTheCommandDoesNotHoldItUp) {
  const auto begun = std::chrono::steady_clock::now();
  const auto outcome =
      run_shell("(while test -d \"$XDG_RUNTIME_DIR\"; do sleep 0.01; done; echo late) & echo \"now $KEY\"; exit 4");
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.output, "now ********\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(15));
}

}  // namespace
}  // namespace strongroom::tests
