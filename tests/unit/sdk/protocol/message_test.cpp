#include <gtest/gtest.h>

#include <strongroom/protocol/message.h>

namespace strongroom::protocol {
namespace {

std::string error_text(const Error& error) {
  WipedString out(wiped_heap());
  write_error(out, error, 7);
  EXPECT_EQ(out.back(), '\0');
  return std::string(out.begin(), out.end() - 1);
}

Result<ReplyEnvelope> reply_of(JsonDocument& document, std::string_view text, bool& failure) {
  EXPECT_TRUE(document.parse(text));
  return read_reply(document.root(), failure);
}

TEST(Message, EveryErrorComesBackAsItself) {
  for (const auto& row : error_table()) {
    JsonDocument document;
    bool failure = true;
    const auto reply = reply_of(document, error_text({row.code, "what went wrong", "what it is about"}), failure);
    ASSERT_FALSE(reply);
    EXPECT_FALSE(failure);
    EXPECT_EQ(reply.error().code, row.code) << row.name;
    EXPECT_EQ(reply.error().message, "what went wrong");
    EXPECT_EQ(reply.error().subject, "what it is about");
  }
}

TEST(Message, StandardErrorsKeepTheirOneParameter) {
  EXPECT_EQ(error_text({ErrorCode::invalid_argument, "must be a string", "path"}),
            R"({"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"path","io.strongroom":)"
            R"({"message":"must be a string","subject":"path","retryable":false,"request_id":7}}})");
}

TEST(Message, AForeignErrorIsKeptByName) {
  JsonDocument document;
  bool failure = true;
  const auto reply = reply_of(document, R"({"error":"com.example.Strange","parameters":{"x":1}})", failure);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::internal);
  EXPECT_EQ(reply.error().subject, "com.example.Strange");
}

TEST(Message, WhatIsNoReplySaysSo) {
  for (const char* text : {"[]", "7", R"({"parameters":7})", R"({"error":7})", R"({"continues":1})", R"({"x":1})"}) {
    JsonDocument document;
    bool failure = false;
    EXPECT_FALSE(reply_of(document, text, failure)) << text;
    EXPECT_TRUE(failure) << text;
  }
}

TEST(Message, ACallComesBackAsItself) {
  WipedString out(wiped_heap());
  begin_call(out, "a.B", true, false);
  out.append("{}");
  end_message(out);
  JsonDocument document;
  ASSERT_TRUE(document.parse(std::string_view(out).substr(0, out.size() - 1)));
  const auto call = read_call(document.root());
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "a.B");
  EXPECT_TRUE(call->more);
  EXPECT_FALSE(call->oneway);
}

}  // namespace
}  // namespace strongroom::protocol
