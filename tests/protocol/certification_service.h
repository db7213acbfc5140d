// Our server's side of org.varlink.certification.
#pragma once

#include <string>
#include <vector>

#include <strongroom/base/completion.h>

#include "tests/protocol/certification.h"

namespace strongroom::certification {

// What the chain carries; both sides of our tests use the same values.
Values some_values();
TextMap some_map();
TextSet some_set();
MyType some_type();

// Checks that each call brings what the one before answered. Used by one client at a time.
class Service {
 public:
  Result<ClientId> handle(Start, Nothing&&);
  Result<FlagResult> handle(Test01, ClientId&& request);
  Result<IntResult> handle(Test02, FlagRequest&& request);
  Result<FloatResult> handle(Test03, IntRequest&& request);
  Result<TextResult> handle(Test04, FloatRequest&& request);
  Result<Values> handle(Test05, TextRequest&& request);
  Result<StructResult> handle(Test06, ValuesRequest&& request);
  Result<MapResult> handle(Test07, StructRequest&& request);
  Result<SetResult> handle(Test08, MapRequest&& request);
  Result<MineResult> handle(Test09, SetRequest&& request);
  void handle(Test10, MineRequest&& request, Completion<TextResult> completion, Stream<TextResult> stream);
  Result<Nothing> handle(Test11, TextsRequest&& request);
  Result<EndResult> handle(End, ClientId&& request);

  bool finished() const noexcept { return finished_ && all_ok_; }

 private:
  bool expect(const std::string& client_id, bool same);

  std::vector<std::string> sent_;
  bool all_ok_ = true;
  bool got_texts_ = false;
  bool finished_ = false;
};

}  // namespace strongroom::certification
