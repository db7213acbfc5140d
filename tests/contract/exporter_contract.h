// What every exporter promises, whatever its format. A suite that runs on each module.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/contract/temporary_folder.h"
#include "tests/support/exporter_module.h"

namespace strongroom::testing {

enum class Sheets { one, many };

struct ExporterCase {
  std::string name;
  std::string file;
  Sheets sheets = Sheets::many;
  bool scratch = false;  // whether its manifest asks for that right
};

inline void PrintTo(const ExporterCase& exporter, std::ostream* out) {
  *out << exporter.name;
}

class ExporterContract : public ::testing::TestWithParam<ExporterCase> {
 protected:
  // An export that has not begun, with a scratch folder of its own where it needs one.
  std::unique_ptr<TestExport> make(TestSink& sink, TestExport::SettingList settings = {});
  // One that has begun, and its sheet of all types.
  std::unique_ptr<TestExport> begun(TestSink& sink);
  std::unique_ptr<TestExport> with_sheet(TestSink& sink);

  // Writes `count` rows of all types, with numbers from `first` in them.
  static sr_status write(TestExport& running, int count, int first = 0);

  static const std::vector<sr_column>& columns();

  ExporterModule module_{GetParam().file};

 private:
  std::vector<std::unique_ptr<TemporaryFolder>> scratches_;
};

}  // namespace strongroom::testing
