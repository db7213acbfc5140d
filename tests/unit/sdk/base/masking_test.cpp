#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include <strongroom/base/masking.h>
#include <strongroom/base/masking_rules.h>

namespace strongroom {
namespace {

TEST(Masking, KeysOfKnownFormsKeepTheirEnds) {
  EXPECT_EQ(mask_secrets("key sk-abcdefghijklmnopqrstuvwx used"), "key sk-***uvwx used");
  EXPECT_EQ(mask_secrets("sk-ant-api03-abcdefghijklmnopqrstuvwx"), "sk-ant-***uvwx");
  EXPECT_EQ(mask_secrets("(AIzaSyA-1234567890abcdefghijklmnopqrs)"), "(AIza***pqrs)");
}

TEST(Masking, MembersAreHiddenByTheirNames) {
  EXPECT_EQ(mask_secrets(R"({"apiKey":"abcdefghijkl"})"), R"({"apiKey":"abc***ijkl"})");
  EXPECT_EQ(mask_secrets(R"({"api_key": "short"})"), R"({"api_key": "***"})");
  EXPECT_EQ(mask_secrets("password=hunter2"), "password=***");
  EXPECT_EQ(mask_secrets("PASSPHRASE: a b c"), "PASSPHRASE: ***");
  EXPECT_EQ(mask_secrets(R"("client_secret":"x",n)"), R"("client_secret":"***",n)");
}

TEST(Masking, TokensUrlsAndPemAreHidden) {
  EXPECT_EQ(mask_secrets("Bearer abcdefgh12345"), "Bearer ***");
  EXPECT_EQ(mask_secrets("postgres://shop:wonderland@db/shop"), "postgres://shop:***@db/shop");
  EXPECT_EQ(mask_secrets("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"), "***");
  EXPECT_EQ(mask_secrets("x -----BEGIN PRIVATE KEY-----\nMIIE"), "x -----BEGIN ***");
  EXPECT_EQ(mask_secrets("got Xk3jF9sLq2Wm8Zr5Tb7Nc1Vd4Hg6PyAa today"), "got *** today");
}

TEST(Masking, OrdinaryTextStaysAsItIs) {
  for (const char* text : {"ready, version 0.1.0", "/home/user/.local/share/strongroom/store.db",
                           "the key file is missing", "store e1396fe3ef055bc46492db2aab566ce0", "sk-short", "a: b", ""})
    EXPECT_EQ(mask_secrets(text), text);
}

// What a rule makes of a text; at least one for every row.
struct Answer {
  std::string_view rule;
  std::string text;
  std::string masked;
};

const std::vector<Answer>& answers() {
  static const std::vector<Answer> list{
      {"Anthropic key", "sk-ant-abcdefghijklmnopqrst", "sk-ant-***qrst"},
      {"Anthropic key", "sk-ant-abcdefghijklmnopqrs", "sk-***pqrs"},
      {"Anthropic key", "{\"k\":\"sk-ant-api03-ab_cd-EF12345678901234\"}", "{\"k\":\"sk-ant-***1234\"}"},
      {"OpenAI key", "sk-abcdefghijklmnopqrst", "sk-***qrst"},
      {"OpenAI key", "sk-abcdefghijklmnopqrs", "sk-abcdefghijklmnopqrs"},
      {"OpenAI key", "(sk-proj-Ab1-cd_ef-GH2-ijklmnop)", "(sk-***mnop)"},
      {"OpenAI key", "line\\nsk-abcdefghijklmnopqrstuv end", "line\\nsk-***stuv end"},
      {"OpenAI key", "x=%3Dsk-proj-abcd-efgh-ijkl-mnop1", "x=%3Dsk-***nop1"},
      {"OpenAI key", "the task-force-of-many-departments met", "the task-force-of-many-departments met"},
      {"Google key", "AIzaabcdefghijabcdefghijabcdefghij", "AIza***ghij"},
      {"Google key", "AIzaabcdefghijabcdefghijabcdefghi", "AIzaabcdefghijabcdefghijabcdefghi"},
      {"age identity", "AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3", "***"},
      {"JSON web token", "t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_- t", "t *** t"},
      {"API key", R"({"apiKey":"12345678"})", R"({"apiKey":"***"})"},
      {"API key", R"({"api-key" : "123456789"})", R"({"api-key" : "123***6789"})"},
      {"API key", R"({'api_key': 'abcdefghijkl', 'n': 1})", R"({'api_key': 'abc***ijkl', 'n': 1})"},
      {"API key", R"("{\"apiKey\":\"ab\\\"cdefghijk\",\"n\":1}")", R"("{\"apiKey\":\"ab\***hijk\",\"n\":1}")"},
      {"API key", "api_key = abcdefghijkl", "api_key = abc***ijkl"},
      {"API key", "OPENAI_API_KEY=abcdefghijkl OTHER=1", "OPENAI_API_KEY=abc***ijkl OTHER=1"},
      {"API key", "x-api-key: abcdefghijkl\nHost: h", "x-api-key: abc***ijkl\nHost: h"},
      {"API key", "GET /v1?api_key=abcdefghijkl&n=1", "GET /v1?api_key=abc***ijkl&n=1"},
      {"password", R"({"password":"a\"b","n":1})", R"({"password":"***","n":1})"},
      {"password", R"({"password":"a\\","n":1})", R"({"password":"***","n":1})"},
      {"password", "DB_PASSWORD='x y', n", "DB_PASSWORD='***', n"},
      {"password", "password => hun,ter2, then", "password => ***, then"},
      {"password", "password: a, b", "password: ***, b"},
      {"password", "run --password hunter2 --n 1", "run --password *** --n 1"},
      {"password", "<password>hunter2</password>", "<password>***</password>"},
      {"password", "password::check failed", "password::check failed"},
      {"passwd", "passwd=x", "passwd=***"},
      {"pwd", "Server=db;Pwd=hunter2;", "Server=db;Pwd=***;"},
      {"passphrase", "PASSPHRASE: a b c\nnext", "PASSPHRASE: ***\nnext"},
      {"passcode", "passcode: 1234", "passcode: ***"},
      {"secret", "client-secret=x", "client-secret=***"},
      {"token", "GITHUB_TOKEN=x", "GITHUB_TOKEN=***"},
      {"authorization", "Authorization: Basic dXNlcjpwYXNz", "Authorization: ***"},
      {"credential", "credential=x", "credential=***"},
      {"cookie", "Set-Cookie: id=1; HttpOnly", "Set-Cookie: ***; HttpOnly"},
      {"private key", "private_key: x", "private_key: ***"},
      {"secret key", "aws_secret_key=x", "aws_secret_key=***"},
      {"access key", "AccountAccessKey=x", "AccountAccessKey=***"},
      {"encryption key", "encryptionKey=x", "encryptionKey=***"},
      {"recovery code", "recovery-code: 1", "recovery-code: ***"},
      {"bearer token", "BEARER abc.def-12 x", "BEARER *** x"},
      {"bearer token", "the bearer of news", "the bearer of news"},
      {"password in a URL", "postgres://u:p@ss/w:rd@db:5432/x?y", "postgres://u:***@db:5432/x?y"},
      {"password in a URL", "redis://:12345@h redis://h", "redis://:***@h redis://h"},
      {"password in a URL", "https://h:8080/a?mail=x@y.z", "https://h:8080/a?mail=x@y.z"},
      {"PEM block", "a -----BEGIN X KEY-----\nMIIE\n-----END X KEY----- b", "a -----BEGIN *** b"},
      {"PEM block", "a -----BEGIN X KEY-----\nMIIE\n", "a -----BEGIN ***"},
      {"recovery code by its form", "code 0A1B2-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG-HHHHH", "code ***"},
      {"random string", "d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e", "***"},
      {"random string", "q3w9e8r7t6z5u4i3o2p1a0s9d8f7g6h5", "***"},
      {"random string", "ab/Xk3jF9sLq2Wm8Zr5/Tb7Nc1Vd4+Hg6PyAa==", "***=="},
      {"random string", "id 0b5e1e4a-8f43-4c1d-9a55-1c8e22d1a0ff", "id 0b5e1e4a-8f43-4c1d-9a55-1c8e22d1a0ff"},
      {"random string", "/home/Ann/Projects2/Strongroom/build/Release", "/home/Ann/Projects2/Strongroom/build/Release"},
  };
  return list;
}

TEST(Masking, GivesTheKnownAnswers) {
  for (const auto& answer : answers()) EXPECT_EQ(mask_secrets(answer.text), answer.masked) << answer.rule;
}

TEST(Masking, EveryRuleHasAKnownAnswer) {
  for (const auto& rule : k_masking_rules)
    EXPECT_TRUE(std::ranges::any_of(answers(), [&](const Answer& answer) {
      return answer.rule == rule.name && answer.text != answer.masked;
    })) << rule.name;
}

TEST(Masking, OfWhatIsMaskedNothingChangesAnyMore) {
  for (const auto& answer : answers()) EXPECT_EQ(mask_secrets(answer.masked), answer.masked) << answer.rule;
}

std::string random_text(std::mt19937& engine, std::size_t size, std::string_view letters) {
  std::string out(size, '\0');
  for (char& c : out) c = letters[engine() % letters.size()];
  return out;
}

TEST(Masking, RandomStringsOfEverySizeAreHidden) {
  constexpr std::string_view k_base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::mt19937 engine(20261128);
  for (std::size_t size = 33; size < 133; ++size) {
    EXPECT_EQ(mask_secrets(random_text(engine, size, k_base62)), "***");
    EXPECT_EQ(mask_secrets(random_text(engine, size, "0123456789abcdef")), "***");
    EXPECT_LE(mask_secrets(random_text(engine, size, std::string(k_base62) + "+/")).size(), 8u);  // "+/***"
  }
}

TEST(Masking, KeysAreFoundWhereverTheyStand) {
  const std::string key = "sk-ant-api03-ABCDEFGHIJKLMNOPQRSTUVWXYZ01234";
  for (const char* around : {"\"", "'", " ", "\n", "(", ",", "=", ":", "[", "<", "|", ";", "\\n", "/", "%20", "\xff"})
    EXPECT_EQ(mask_secrets("a" + std::string(around) + key + around + "b").find("ABCDEFGHIJ"), std::string::npos)
        << around;
}

// Any quadratic step would take minutes.
TEST(Masking, HostileTextsTakeNoLongerThanOthers) {
  constexpr std::size_t k_size = 1 << 20;
  for (const std::string part : {"sk-",
                                 "ask-",
                                 "xsk-ant-",
                                 "AIza",
                                 "eyJ",
                                 "eyJ.",
                                 "-----BEGIN",
                                 "-----BEGIN ",
                                 "-----END ",
                                 "-----BEGIN -----END ",
                                 "\"",
                                 "\\\"",
                                 "\\",
                                 "a\"",
                                 "password",
                                 "password=",
                                 "password=\"",
                                 "password:\\\"",
                                 "password   ",
                                 "<password>",
                                 "--password ",
                                 "://",
                                 "a://",
                                 "://:",
                                 "://a:1/",
                                 "://@",
                                 "bearer ",
                                 "bearer=",
                                 "a/",
                                 "aA1/",
                                 "aaaaaaaaaaaaaaaaaaaa.",
                                 "aaaaaaaaaaaaaaaaaaaa ",
                                 "aA1",
                                 "0",
                                 "-",
                                 " ",
                                 "=",
                                 "api_key=",
                                 ",",
                                 "\n"}) {
    std::string text;
    while (text.size() < k_size) text += part;
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_LE(mask_secrets(text).size(), 2 * text.size()) << part;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10)) << part;
  }
}

}  // namespace
}  // namespace strongroom
