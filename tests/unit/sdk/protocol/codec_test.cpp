#include <gtest/gtest.h>

#include <strongroom/protocol/codec.h>
#include <strongroom/protocol/methods/secret.h>

namespace strongroom::protocol {
namespace {

template <class T>
Status read(std::string_view text, T& out, const DecodeContext& context = {}) {
  JsonDocument document;
  STRONGROOM_CHECK(document.parse(text));
  return decode(document.root(), out, context);
}

template <class T>
std::string subject_of(std::string_view text) {
  T out;
  const auto status = read(text, out);
  return status ? "accepted" : status.error().subject;
}

TEST(Codec, NullAndAbsenceAreTheSame) {
  secret::GetRequest request;
  ASSERT_TRUE(read(R"({"path":"a","version":null})", request));
  EXPECT_FALSE(request.version);
  ASSERT_TRUE(read("{\"path\":\"a\"}", request));
  service::Empty empty;
  EXPECT_TRUE(read("null", empty));
}

TEST(Codec, NamesTheFieldByItsPath) {
  EXPECT_EQ(subject_of<secret::GetRequest>("{}"), "path");
  EXPECT_EQ(subject_of<secret::GetRequest>(R"({"path":7})"), "path");
  EXPECT_EQ(subject_of<secret::GetRequest>(R"({"path":"a","only":["x",1]})"), "only[1]");
  EXPECT_EQ(subject_of<secret::GetManyRequest>(R"({"items":[{"path":"a"},{"path":"b","version":"x"}]})"),
            "items[1].version");
  EXPECT_EQ(subject_of<secret::PutRequest>(R"({"path":"a","fields":{"value":1}})"), "fields.value");
  EXPECT_EQ(subject_of<secret::GetRequest>(R"({"path":"a","surprise":1})"), "surprise");
}

TEST(Codec, EnforcesBounds) {
  EXPECT_EQ(subject_of<secret::GetRequest>(R"({"path":""})"), "path");
  EXPECT_EQ(subject_of<secret::GetRequest>(R"({"path":")" + std::string(513, 'a') + "\"}"), "path");
  EXPECT_EQ(subject_of<secret::GetRequest>(R"({"path":")" + std::string(512, 'a') + "\"}"), "accepted");
  EXPECT_EQ(subject_of<secret::GetRequest>(R"({"path":"a","version":0})"), "version");
  EXPECT_EQ(subject_of<secret::PutRequest>(R"({"path":"a","fields":{}})"), "fields");
  EXPECT_EQ(subject_of<secret::GetManyRequest>(R"({"items":[]})"), "items");
  secret::GetRequest request;
  EXPECT_EQ(read(R"({"path":""})", request).error().message, "must be from 1 to 512 bytes");
}

TEST(Codec, AnAnswerMayHaveFieldsThatAreNotKnown) {
  secret::PutResponse response;
  EXPECT_FALSE(read(R"({"version":1,"new":true})", response));
  EXPECT_TRUE(read(R"({"version":1,"new":true})", response, {.ignore_unknown = true}));
}

TEST(Codec, SecretsLieInTheMemoryAskedFor) {
  WipedMemory memory;
  {
    secret::PutRequest request;
    ASSERT_TRUE(read(R"({"path":"a","fields":{"value":"hush"}})", request, {.memory = &memory}));
    EXPECT_EQ(request.fields_.front().value.memory(), &memory);
    EXPECT_GE(memory.bytes_in_use(), 4u);
  }
  EXPECT_EQ(memory.bytes_in_use(), 0u);
}

TEST(Codec, EnumsAreTheirNames) {
  secret::GetResponse response;
  EXPECT_TRUE(read(R"({"version":1,"created_ms":2,"fields":{},"freshness":"mismatch"})", response));
  EXPECT_EQ(response.freshness, service::Freshness::mismatch);
  EXPECT_EQ(subject_of<secret::GetResponse>(R"({"version":1,"created_ms":2,"fields":{},"freshness":"old"})"),
            "freshness");
}

}  // namespace
}  // namespace strongroom::protocol
