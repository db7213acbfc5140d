#include "tests/contract/exporter_contract.h"

#include <algorithm>
#include <array>

namespace strongroom::testing {

std::unique_ptr<TestExport> ExporterContract::make(TestSink& sink, TestExport::SettingList settings) {
  if (GetParam().scratch) {
    scratches_.push_back(std::make_unique<TemporaryFolder>());
    settings.emplace_back("scratch", scratches_.back()->path().string());
  }
  return std::make_unique<TestExport>(module_, sink.abi(), std::move(settings));
}

std::unique_ptr<TestExport> ExporterContract::begun(TestSink& sink) {
  auto out = make(sink);
  EXPECT_EQ(out->begin(), SR_OK) << out->sentence();
  return out;
}

std::unique_ptr<TestExport> ExporterContract::with_sheet(TestSink& sink) {
  auto out = begun(sink);
  EXPECT_EQ(out->sheet("events", "Events", columns()), SR_OK) << out->sentence();
  return out;
}

const std::vector<sr_column>& ExporterContract::columns() {
  static const std::vector<sr_column> list = {
      column_of("what", "What", SR_CELL_TEXT),     column_of("number", "Number", SR_CELL_INTEGER),
      column_of("share", "Share", SR_CELL_REAL),   column_of("good", "Good", SR_CELL_BOOLEAN),
      column_of("time", "Time", SR_CELL_TIME),     column_of("nothing", "Nothing", SR_CELL_TEXT),
      column_of("digest", "Digest", SR_CELL_TEXT),
  };
  return list;
}

namespace {

// Text that does not compress well, the same in each run.
std::string digest(std::uint64_t seed) {
  std::string out;
  for (int i = 0; i < 60; ++i) {
    seed = seed * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    out += static_cast<char>('A' + (seed >> 33) % 58);
  }
  return out;
}

}  // namespace

sr_status ExporterContract::write(TestExport& running, int count, int first) {
  constexpr int k_batch = 1000;
  for (int at = 0; at < count; at += k_batch) {
    const int size = std::min(k_batch, count - at);
    std::vector<std::string> texts;
    for (int i = 0; i < size; ++i) {
      texts.push_back("secret \"" + std::to_string(first + at + i) + "\", read");
      texts.push_back(digest(static_cast<std::uint64_t>(first + at + i)));
    }
    std::vector<sr_cell> cells;
    for (int i = 0; i < size; ++i) {
      const std::int64_t number = first + at + i;
      const auto text = static_cast<std::size_t>(i) * 2;
      cells.insert(cells.end(),
                   {text_cell(texts[text]), number_cell(SR_CELL_INTEGER, number),
                    real_cell(static_cast<double>(number) / 3), number_cell(SR_CELL_BOOLEAN, number % 2),
                    number_cell(SR_CELL_TIME, 1'795'766'400'123 + number), empty_cell(), text_cell(texts[text + 1])});
    }
    if (const sr_status status = running.rows(cells, columns().size()); status != SR_OK) return status;
  }
  return SR_OK;
}

TEST_P(ExporterContract, SaysWhoItIs) {
  EXPECT_EQ(module_.entry().abi_major, SR_ABI_MAJOR);
  EXPECT_GE(module_.table().size, sizeof(sr_exporter_v1));
  EXPECT_EQ(module_.entry().get_extension("strongroom.exporter/2"), nullptr);
}

TEST_P(ExporterContract, WritesEveryType) {
  TestSink sink;
  const auto running = with_sheet(sink);
  EXPECT_EQ(write(*running, 3), SR_OK) << running->sentence();
  EXPECT_EQ(running->end(), SR_OK) << running->sentence();
  EXPECT_GT(sink.size, 0U);
}

TEST_P(ExporterContract, WritesTheSameTwice) {
  std::array<TestSink, 2> sinks;
  for (TestSink& sink : sinks) {
    const auto running = with_sheet(sink);
    EXPECT_EQ(write(*running, 100), SR_OK);
    EXPECT_EQ(running->end(), SR_OK);
  }
  EXPECT_TRUE(sinks[0].bytes == sinks[1].bytes);
}

TEST_P(ExporterContract, WritesAnExportWithoutRowsAndOneWithoutSheets) {
  TestSink rowless;
  EXPECT_EQ(with_sheet(rowless)->end(), SR_OK);
  TestSink empty;
  EXPECT_EQ(begun(empty)->end(), SR_OK);
}

TEST_P(ExporterContract, TakesACallWithoutRows) {
  TestSink sink;
  const auto running = with_sheet(sink);
  EXPECT_EQ(running->rows({}, columns().size()), SR_OK);
  EXPECT_EQ(running->end(), SR_OK);
}

TEST_P(ExporterContract, RefusesRowsBeforeASheet) {
  TestSink sink;
  const auto running = begun(sink);
  EXPECT_EQ(write(*running, 1), SR_INVALID);
  EXPECT_FALSE(running->sentence().empty());
}

TEST_P(ExporterContract, BeginsASecondSheetOrSaysThatItCannot) {
  TestSink sink;
  const auto running = with_sheet(sink);
  EXPECT_EQ(write(*running, 2), SR_OK);
  const sr_status second = running->sheet("other", "Events", {column_of("only", "Only", SR_CELL_INTEGER)});
  if (GetParam().sheets == Sheets::one) {
    EXPECT_EQ(second, SR_UNSUPPORTED);
    EXPECT_FALSE(running->sentence().empty());
    return;
  }
  EXPECT_EQ(second, SR_OK) << running->sentence();
  EXPECT_EQ(running->rows({number_cell(SR_CELL_INTEGER, 1), empty_cell()}, 1), SR_OK);
  EXPECT_EQ(running->end(), SR_OK);
}

TEST_P(ExporterContract, RefusesACellOfAnotherType) {
  for (const sr_cell& cell : {text_cell("1"), real_cell(1), number_cell(SR_CELL_TIME, 1), number_cell(77, 1)}) {
    TestSink sink;
    const auto running = begun(sink);
    ASSERT_EQ(running->sheet("s", "S", {column_of("n", "N", SR_CELL_INTEGER)}), SR_OK);
    EXPECT_EQ(running->rows({cell}, 1), SR_INVALID);
  }
}

TEST_P(ExporterContract, RefusesColumnsOutOfBounds) {
  const std::vector<sr_column> many(SR_EXPORT_MAX_COLUMNS + 1, column_of("n", "N", SR_CELL_INTEGER));
  for (const auto& wrong :
       {many, std::vector<sr_column>{}, {column_of("n", "N", SR_CELL_EMPTY)}, {column_of("n", "N", 77)}}) {
    TestSink sink;
    const auto running = begun(sink);
    EXPECT_EQ(running->sheet("s", "S", wrong), SR_INVALID);
  }
}

TEST_P(ExporterContract, TakesAsManyColumnsAsThereMayBe) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < SR_EXPORT_MAX_COLUMNS; ++i) names.push_back("column_" + std::to_string(i));
  std::vector<sr_column> columns;
  for (const auto& name : names) columns.push_back(column_of(name, name, SR_CELL_TEXT));
  TestSink sink;
  const auto running = begun(sink);
  EXPECT_EQ(running->sheet("s", "S", columns), SR_OK);
  EXPECT_EQ(running->rows(std::vector<sr_cell>(columns.size(), text_cell("x")), columns.size()), SR_OK);
  EXPECT_EQ(running->end(), SR_OK);
}

TEST_P(ExporterContract, RefusesASettingThatItDoesNotKnow) {
  TestSink sink;
  const auto running = make(sink, {{"no_such_setting", "1"}});
  EXPECT_EQ(running->begin(), SR_INVALID);
  EXPECT_FALSE(running->is_open());
  EXPECT_NE(running->sentence().find("no_such_setting"), std::string::npos);
}

TEST_P(ExporterContract, TakesHostileTexts) {
  using namespace std::string_view_literals;
  TestSink sink;
  const auto running = begun(sink);
  ASSERT_EQ(running->sheet("s", "<script>[]:*?/\\'\x01\xFF", {column_of("t", "=1+1\"<\xC3", SR_CELL_TEXT)}), SR_OK);
  const std::string widest = [] {
    std::string out;
    while (out.size() + 3 <= 32'767) out += "\xE2\x82\xAC";
    return out;
  }();
  for (const auto text :
       {"=1+1"sv, "\"\r\n,;\t"sv, "</td><script>alert(1)</script>"sv, "]]>&amp;<!--"sv, "\x01\x1B[31m\x7F"sv,
        "\xE2\x80\xA8\xE2\x80\xAE"sv, "\xEF\xBF\xBE\xEF\xBF\xBF"sv, "\xFF\xC3\xE2\x82\xF0\x9F\xED\xA0\x80"sv,
        "_x000D__x0041_"sv, "'"sv, ""sv, std::string_view(widest)})
    EXPECT_EQ(running->rows({text_cell(text)}, 1), SR_OK) << running->sentence();
  EXPECT_EQ(running->end(), SR_OK) << running->sentence();
}

TEST_P(ExporterContract, TakesTheLongestTextOrSaysThatItIsTooLong) {
  const std::string longest(SR_EXPORT_MAX_TEXT, 'x');
  TestSink sink;
  const auto running = begun(sink);
  ASSERT_EQ(running->sheet("s", "S", {column_of("words", "W", SR_CELL_TEXT)}), SR_OK);
  const sr_status status = running->rows({text_cell(longest)}, 1);
  if (status == SR_OK) {
    EXPECT_EQ(running->end(), SR_OK);
    EXPECT_GT(sink.size, 0U);
  } else {
    EXPECT_EQ(status, SR_TOO_LARGE);
    EXPECT_NE(running->sentence().find("words"), std::string::npos);
  }
}

TEST_P(ExporterContract, TakesExtremeNumbersAndTimes) {
  TestSink sink;
  const auto running = begun(sink);
  ASSERT_EQ(running->sheet("s", "S",
                           {column_of("n", "N", SR_CELL_INTEGER), column_of("r", "R", SR_CELL_REAL),
                            column_of("t", "T", SR_CELL_TIME)}),
            SR_OK);
  constexpr std::int64_t k_year_1 = -62'135'596'800'000;
  constexpr std::int64_t k_year_9999 = 253'402'300'799'999;
  EXPECT_EQ(running->rows({number_cell(SR_CELL_INTEGER, INT64_MIN), real_cell(-1.7976931348623157e308),
                           number_cell(SR_CELL_TIME, k_year_1), number_cell(SR_CELL_INTEGER, INT64_MAX),
                           real_cell(5e-324), number_cell(SR_CELL_TIME, k_year_9999)},
                          3),
            SR_OK);
  EXPECT_EQ(running->end(), SR_OK);
}

}  // namespace strongroom::testing
