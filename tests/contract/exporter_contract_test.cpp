// The rest of the contract: failures, ends, memory and threads; and the modules that it runs on.
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/contract/exporter_contract.h"

namespace strongroom::testing {
namespace {

std::size_t peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  return 0;
}

}  // namespace

// A whole export of many writes into a sink that fails at one of them: the first status that is not SR_OK.
class FailingSink : public ExporterContract {
 protected:
  sr_status whole_export(TestSink& sink) {
    const auto running = make(sink);
    sr_status status = running->begin();
    if (status == SR_OK) status = running->sheet("events", "Events", columns());
    for (int i = 0; i < 60 && status == SR_OK; ++i) status = write(*running, 1000, i * 1000);
    if (status == SR_OK) status = running->end();
    running->abandon();
    return status;
  }
};

TEST_P(FailingSink, GetsItsVeryNumberBackAndIsLeftAlone) {
  TestSink whole;
  whole.keep = false;
  ASSERT_EQ(whole_export(whole), SR_OK);
  ASSERT_GT(whole.calls, 2);
  for (const int at : {1, 2, whole.calls}) {
    TestSink sink;
    sink.keep = false;
    sink.fail_at = at;
    EXPECT_EQ(whole_export(sink), 4711) << "write " << at;
    EXPECT_EQ(sink.calls, at);
    EXPECT_EQ(sink.calls_after_failure, 0);
  }
}

TEST_P(ExporterContract, IsAbandonedAtAnyPoint) {
  TestSink sink;
  begun(sink)->abandon();
  with_sheet(sink)->abandon();
  const auto some = with_sheet(sink);
  EXPECT_EQ(write(*some, 5000), SR_OK);
  const int calls = sink.calls;
  some->abandon();
  EXPECT_EQ(sink.calls, calls);
  const auto refused = begun(sink);
  EXPECT_EQ(write(*refused, 1), SR_INVALID);
  refused->abandon();
}

TEST_P(ExporterContract, LeavesNoDescriptorOpen) {
  const auto open_descriptors = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    TestSink sink;
    const auto abandoned = with_sheet(sink);
    EXPECT_EQ(write(*abandoned, 10), SR_OK);
    abandoned->abandon();
    EXPECT_EQ(with_sheet(sink)->end(), SR_OK);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_P(ExporterContract, NeedsNoMoreMemoryForMoreRows) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer keeps what was freed";
#endif
  TestSink sink;
  sink.keep = false;
  const auto running = with_sheet(sink);
  ASSERT_EQ(write(*running, 20'000), SR_OK);
  const std::size_t before = peak_kib();
  ASSERT_EQ(write(*running, 100'000), SR_OK);
  EXPECT_LT(peak_kib() - before, 2048U);
  ASSERT_EQ(running->end(), SR_OK);
  EXPECT_LT(peak_kib() - before, 8192U);
}

TEST_P(ExporterContract, RunsTwoExportsAtOnce) {
  std::array<TestSink, 3> sinks;
  std::array<std::unique_ptr<TestExport>, 3> running;
  for (std::size_t i = 0; i < sinks.size(); ++i) running[i] = make(sinks[i]);
  std::atomic<int> failures = 0;
  const auto work = [&](TestExport& mine) {
    if (mine.begin() != SR_OK || mine.sheet("events", "Events", columns()) != SR_OK || write(mine, 3000) != SR_OK ||
        mine.end() != SR_OK)
      ++failures;
  };
  work(*running[2]);
  std::thread first([&] { work(*running[0]); });
  std::thread second([&] { work(*running[1]); });
  first.join();
  second.join();
  EXPECT_EQ(failures, 0);
  EXPECT_TRUE(sinks[0].bytes == sinks[2].bytes);
  EXPECT_TRUE(sinks[1].bytes == sinks[2].bytes);
}

namespace {

std::vector<ExporterCase> all_exporters() {
  const std::string folder = STRONGROOM_PLUGIN_FOLDER;
  return {{"csv", folder + "/exporter_csv.so", Sheets::one},
          {"html", folder + "/exporter_html.so"},
          {"json", folder + "/exporter_json.so"},
          {"jsonl", folder + "/exporter_jsonl.so"},
          {"xlsx", folder + "/exporter_xlsx.so", Sheets::many, true},
          {"hello", STRONGROOM_HELLO_EXPORTER}};
}

std::string name_of(const ::testing::TestParamInfo<ExporterCase>& info) {
  return info.param.name;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Formats, ExporterContract, ::testing::ValuesIn(all_exporters()), name_of);
INSTANTIATE_TEST_SUITE_P(Formats, FailingSink, ::testing::ValuesIn(all_exporters()), name_of);

}  // namespace strongroom::testing
