#include "daemon/app/log_service.h"

#include <gtest/gtest.h>

namespace strongroom::app {
namespace {

namespace wire = protocol::log;

std::string sentence(std::string message) {
  return failure_sentence("io.strongroom.Secret.Get", 7,
                          make_error(ErrorCode::not_found, std::move(message), "a subject of the request"));
}

TEST(LogService, AFailureQuotesNothingOfTheRequest) {
  const std::string begin = "io.strongroom.Secret.Get failed: not_found, ";
  EXPECT_EQ(sentence("there is no such secret"), begin + "there is no such secret (request 7)");
  EXPECT_EQ(sentence("the secret has no field 'a b'"), begin + "the secret has no field '...' (request 7)");
  EXPECT_EQ(sentence("'a' and 'b' differ"), begin + "'...' and '...' differ (request 7)");
  EXPECT_EQ(sentence("the daemon's word on 'it's mine'"), begin + "the daemon's word on '...' (request 7)");
  EXPECT_EQ(sentence("unclosed 'a b"), begin + "unclosed '... (request 7)");
  EXPECT_EQ(sentence("at the end '"), begin + "at the end '... (request 7)");
}

class OfALog : public testing::Test {
 protected:
  wire::GetLogResponse get(wire::GetLogRequest request) {
    return service_.handle(wire::GetLog{}, std::move(request)).value();
  }

  std::unique_ptr<log::Log> log_ = log::Log::open({}).value();
  LogService service_{*log_};
};

TEST_F(OfALog, PagesGoOnBehindANumber) {
  for (const char* line : {"one", "two", "three"}) log_->warning(line);
  const auto newest = get({.after = {}, .level = {}, .text = {}, .limit = 2});
  ASSERT_EQ(newest.entries.size(), 2u);
  EXPECT_EQ(newest.entries[0].message, "two");
  EXPECT_EQ(newest.last, 3);
  EXPECT_TRUE(get({.after = newest.last, .level = {}, .text = {}, .limit = {}}).entries.empty());
  EXPECT_EQ(get({.after = 0, .level = {}, .text = {}, .limit = 1}).entries.at(0).message, "one");
  EXPECT_EQ(get({.after = {}, .level = wire::Level::error, .text = {}, .limit = {}}).entries.size(), 0u);
  EXPECT_EQ(get({.after = {}, .level = {}, .text = "TW", .limit = {}}).entries.size(), 1u);
}

TEST_F(OfALog, WhatIsNoUtf8IsMadeText) {
  log_->warning("a file named \xff\xc3\xa9");
  EXPECT_EQ(get({}).entries.at(0).message, "a file named ???");
}

}  // namespace
}  // namespace strongroom::app
