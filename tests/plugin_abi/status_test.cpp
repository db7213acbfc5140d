#include <gtest/gtest.h>

#include <set>

#include "daemon/plugin_host/storage_v1.h"

namespace strongroom::plugin_host {
namespace {

TEST(AbiStatus, IsTheColumnOfTheErrorTable) {
  const std::pair<ErrorCode, sr_status> expected[] = {
      {ErrorCode::internal, SR_FAILED},
      {ErrorCode::invalid_argument, SR_INVALID},
      {ErrorCode::not_found, SR_NOT_FOUND},
      {ErrorCode::conflict, SR_CONFLICT},
      {ErrorCode::too_large, SR_TOO_LARGE},
      {ErrorCode::corrupt, SR_CORRUPT},
      {ErrorCode::storage_full, SR_FULL},
      {ErrorCode::read_only, SR_READ_ONLY},
      {ErrorCode::storage_failed, SR_IO},
      {ErrorCode::unsupported, SR_UNSUPPORTED},
      {ErrorCode::not_implemented, SR_UNSUPPORTED},
      {ErrorCode::busy, SR_BUSY},
  };
  for (const auto& [code, status] : expected) EXPECT_EQ(error_info(code).abi_status, status) << error_info(code).name;
}

TEST(AbiStatus, NeverLetsAnErrorLookLikeSuccess) {
  for (const ErrorInfo& row : error_table()) {
    EXPECT_GT(row.abi_status, SR_OK) << row.name;
    EXPECT_LE(row.abi_status, SR_BUSY) << row.name;
  }
}

TEST(AbiStatus, ComesBackAsTheCodeItWasMadeOf) {
  for (const ErrorCode code : {ErrorCode::invalid_argument, ErrorCode::conflict, ErrorCode::too_large,
                               ErrorCode::corrupt, ErrorCode::storage_full, ErrorCode::read_only,
                               ErrorCode::storage_failed, ErrorCode::unsupported, ErrorCode::busy})
    EXPECT_EQ(code_of(error_info(code).abi_status), code);
}

TEST(AbiStatus, OfAnUnknownNumberIsAFailure) {
  EXPECT_EQ(code_of(12), ErrorCode::storage_failed);
  EXPECT_EQ(code_of(-2), ErrorCode::storage_failed);
  // The daemon's own word for a process that is not there.
  EXPECT_EQ(code_of(k_unavailable), ErrorCode::plugin_unavailable);
}

}  // namespace
}  // namespace strongroom::plugin_host
