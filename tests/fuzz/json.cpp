// Any bytes as JSON: an error, or a tree that the writer turns into text which parses to the same tree again.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <strongroom/protocol/json.h>

using namespace strongroom;
using protocol::JsonKind;
using protocol::JsonValue;

namespace {

// The parser reads a number with many digits or a large exponent as a neighbour of the nearest double.
bool near(double a, double b) {
  return a == b || std::abs(a - b) <= 1e-14 * std::max(std::abs(a), std::abs(b)) || std::abs(a) < 1e-290;
}

// Whose neighbour may be no number.
bool has_largest(const JsonValue& value) {
  return std::abs(value.floating()) > 1e308 || std::ranges::any_of(value.array(), has_largest) ||
         std::ranges::any_of(value.object(), [](const auto& member) { return has_largest(member.value); });
}

bool same(const JsonValue& a, const JsonValue& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case JsonKind::null:
      return true;
    case JsonKind::boolean:
      return a.boolean() == b.boolean();
    case JsonKind::integer:
      return a.integer() == b.integer();
    case JsonKind::floating:
      return near(a.floating(), b.floating());
    case JsonKind::string:
      return a.string() == b.string();
    case JsonKind::array:
      return std::ranges::equal(a.array(), b.array(), same);
    case JsonKind::object:
      return std::ranges::equal(a.object(), b.object(), [](const auto& one, const auto& other) {
        return one.name == other.name && same(one.value, other.value);
      });
  }
  return false;
}

bool is_whole(const JsonValue& value) {
  if (value.kind() == JsonKind::string) return protocol::is_utf8(value.string());
  if (value.kind() == JsonKind::object)
    return std::ranges::all_of(value.object(), [&](const auto& member) {
      return protocol::is_utf8(member.name) && value.find(member.name) == &member.value && is_whole(member.value);
    });
  return std::ranges::all_of(value.array(), is_whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  protocol::JsonDocument document;
  if (!document.parse(text)) return 0;
  if (!protocol::is_utf8(text) || !is_whole(document.root())) std::abort();
  WipedString written(wiped_heap());
  protocol::JsonWriter(written).value(document.root());
  if (written.find('\0') != WipedString::npos) std::abort();
  if (has_largest(document.root())) return 0;
  protocol::JsonDocument again;
  if (!again.parse(written) || !same(document.root(), again.root())) std::abort();
  return 0;
}
