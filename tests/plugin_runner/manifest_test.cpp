// A manifest says what a plugin may do, so whatever in it is not known is refused.
#include <gtest/gtest.h>

#include "daemon/plugin_host/manifest.h"

namespace strongroom::plugin_host {
namespace {

const std::string k_digest(64, 'a');

std::string manifest(const std::string& members) {
  return R"({"id": "com.example.x", "abi": "1.0", "file": "x.so", "sha256": ")" + k_digest + "\", " + members + "}";
}

const std::string k_csv =
    R"("type": "exporter", "rights": [], "format": "csv", "extension": "csv", "media_type": "text/csv")";

TEST(Manifest, SaysWhatAnExporterIs) {
  const auto read = parse_manifest(manifest(k_csv + R"(, "settings": [{"name": "header", "type": "choice",
      "choices": ["names", "none"], "default": "names", "documentation": "The first line."}])"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->type, PluginType::exporter);
  EXPECT_EQ(read->format, "csv");
  EXPECT_EQ(read->sha256[0], 0xaa);
  EXPECT_TRUE(check_settings(*read, {{"header", "none"}}));
  const auto refused = check_settings(*read, {{"header", "both"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "must be names or none");
  EXPECT_EQ(refused.error().subject, "header");
  EXPECT_FALSE(check_settings(*read, {{"heder", "none"}}));
}

TEST(Manifest, RefusesWhatItDoesNotKnow) {
  const std::pair<std::string, std::string> cases[] = {
      {"{", "no JSON"},
      {manifest(R"("type": "detector", "rights": [])"), "type"},
      {manifest(R"("type": "storage", "rights": ["network"])"), "rights"},
      {manifest(R"("type": "storage", "rights": [], "setuid": true)"), "setuid"},
      {manifest(R"("type": "storage", "rights": [], "format": "csv")"), "format"},
      {manifest(R"("type": "exporter", "rights": [])"), "format"},
      {manifest(R"("type": "storage")"), "rights"},
      {R"({"id": "../x", "type": "storage", "abi": "1.0", "file": "x.so", "rights": [], "sha256": ")" + k_digest +
           "\"}",
       "id"},
      {R"({"id": "register", "type": "storage", "abi": "1.0", "file": "x.so", "rights": [], "sha256": ")" + k_digest +
           "\"}",
       "id"},
      {R"({"id": "com..x", "type": "storage", "abi": "1.0", "file": "x.so", "rights": [], "sha256": ")" + k_digest +
           "\"}",
       "id"},
      {R"({"id": "com.x", "type": "storage", "abi": "1", "file": "x.so", "rights": [], "sha256": ")" + k_digest + "\"}",
       "abi"},
      {R"({"id": "com.x", "type": "storage", "abi": "1.0", "file": "../x.so", "rights": [], "sha256": ")" + k_digest +
           "\"}",
       "file"},
      {R"({"id": "com.x", "type": "storage", "abi": "1.0", "file": "x.so", "rights": [], "sha256": "ab"})", "sha256"},
  };
  for (const auto& [json, word] : cases) {
    const auto read = parse_manifest(json);
    ASSERT_FALSE(read) << json;
    EXPECT_EQ(read.error().code, ErrorCode::configuration);
    EXPECT_NE(read.error().message.find(word), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace strongroom::plugin_host
