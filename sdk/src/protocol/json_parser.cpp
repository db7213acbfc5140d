// The only file that parses JSON. Boost.JSON's own DOM keeps the last of duplicate keys silently, so its basic_parser
// feeds a handler that builds our tree.
#include <strongroom/protocol/json.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

namespace strongroom::protocol {

namespace json = boost::json;

enum class Problem { none, duplicate_key, inexact_integer, infinite };

// Values wait on a stack until their container ends; then they are copied, as one block, into the document.
class JsonBuilder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit JsonBuilder(JsonDocument& document)
      : document_(document), values_(document.upstream_), names_(document.upstream_), text_(document.upstream_) {}

  Problem problem = Problem::none;

  bool on_document_begin(json::error_code&) { return true; }

  bool on_document_end(json::error_code&) {
    document_.root_ = values_.back();
    return true;
  }

  bool on_object_begin(json::error_code&) { return true; }

  bool on_object_end(std::size_t n, json::error_code& ec) {
    auto* members = allocate<JsonMember>(n);
    for (std::size_t i = 0; i < n; ++i)
      new (members + i) JsonMember{names_[names_.size() - n + i], values_[values_.size() - n + i]};
    if (has_duplicates({members, n})) return fail(Problem::duplicate_key, ec);
    names_.resize(names_.size() - n);
    values_.resize(values_.size() - n);
    values_.push_back(JsonValue::of(std::span<const JsonMember>(members, n)));
    return true;
  }

  bool on_array_begin(json::error_code&) { return true; }

  bool on_array_end(std::size_t n, json::error_code&) {
    auto* items = allocate<JsonValue>(n);
    std::uninitialized_copy(values_.end() - static_cast<std::ptrdiff_t>(n), values_.end(), items);
    values_.resize(values_.size() - n);
    values_.push_back(JsonValue::of(std::span<const JsonValue>(items, n)));
    return true;
  }

  bool on_key_part(json::string_view s, std::size_t, json::error_code&) { return part(s); }

  bool on_key(json::string_view s, std::size_t, json::error_code&) {
    names_.push_back(keep(s));
    return true;
  }

  bool on_string_part(json::string_view s, std::size_t, json::error_code&) { return part(s); }

  bool on_string(json::string_view s, std::size_t, json::error_code&) {
    values_.push_back(JsonValue::of(keep(s)));
    return true;
  }

  bool on_number_part(json::string_view s, json::error_code&) {
    note_number(s);
    return true;
  }

  bool on_int64(std::int64_t v, json::string_view, json::error_code&) {
    fraction_ = false;
    values_.push_back(JsonValue::of(v));
    return true;
  }

  bool on_uint64(std::uint64_t v, json::string_view, json::error_code& ec) {
    fraction_ = false;
    if (v > static_cast<std::uint64_t>(INT64_MAX)) return fail(Problem::inexact_integer, ec);
    values_.push_back(JsonValue::of(static_cast<std::int64_t>(v)));
    return true;
  }

  bool on_double(double v, json::string_view s, json::error_code& ec) {
    note_number(s);
    if (!std::exchange(fraction_, false)) return fail(Problem::inexact_integer, ec);
    if (!std::isfinite(v)) return fail(Problem::infinite, ec);
    values_.push_back(JsonValue::of(v));
    return true;
  }

  bool on_bool(bool v, json::error_code&) {
    values_.push_back(JsonValue::of(v));
    return true;
  }

  bool on_null(json::error_code&) {
    values_.push_back(JsonValue());
    return true;
  }

  bool on_comment_part(json::string_view, json::error_code&) { return true; }

  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  template <class T>
  T* allocate(std::size_t n) {
    return static_cast<T*>(document_.memory_.allocate(std::max<std::size_t>(n, 1) * sizeof(T), alignof(T)));
  }

  bool part(json::string_view s) {
    text_.append(s.data(), s.size());
    return true;
  }

  std::string_view keep(json::string_view last) {
    const std::size_t size = text_.size() + last.size();
    auto* copy = allocate<char>(size);
    std::memcpy(copy, text_.data(), text_.size());
    if (!last.empty()) std::memcpy(copy + text_.size(), last.data(), last.size());
    if (!text_.empty()) {
      wipe(text_.data(), text_.size());
      text_.clear();
    }
    return {copy, size};
  }

  void note_number(json::string_view s) {
    fraction_ = fraction_ || std::string_view(s.data(), s.size()).find_first_of(".eE") != std::string_view::npos;
  }

  bool fail(Problem what, json::error_code& ec) {
    problem = what;
    ec = json::error::syntax;
    return false;
  }

  static bool has_duplicates(std::span<const JsonMember> members) {
    if (members.size() <= 16) {
      for (std::size_t i = 1; i < members.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
          if (members[i].name == members[k].name) return true;
      return false;
    }
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& member : members) names.push_back(member.name);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
  }

  JsonDocument& document_;
  std::pmr::vector<JsonValue> values_;
  std::pmr::vector<std::string_view> names_;
  WipedString text_;
  bool fraction_ = false;
};

JsonDocument::JsonDocument(std::pmr::memory_resource* memory) : upstream_(memory), memory_(1024, memory) {}

JsonDocument::~JsonDocument() = default;

Status JsonDocument::parse(std::string_view text) {
  memory_.release();
  root_ = JsonValue();
  json::parse_options options;
  options.max_depth = k_max_depth;
  json::basic_parser<JsonBuilder> parser(options, *this);
  json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && read == text.size()) return {};
  switch (parser.handler().problem) {
    case Problem::duplicate_key:
      return make_error(ErrorCode::malformed, "an object has the same key twice");
    case Problem::inexact_integer:
      return make_error(ErrorCode::malformed, "an integer does not fit 64 bits with a sign");
    case Problem::infinite:
      return make_error(ErrorCode::malformed, "a number is too large");
    case Problem::none:
      break;
  }
  if (ec == json::error::too_deep) return make_error(ErrorCode::malformed, "the message is nested too deeply");
  if (!is_utf8(text)) return make_error(ErrorCode::malformed, "the message is not valid UTF-8");
  return make_error(ErrorCode::malformed, "the message is not valid JSON");
}

}  // namespace strongroom::protocol
