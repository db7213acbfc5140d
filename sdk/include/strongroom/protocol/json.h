// JSON as the protocol means it: one bounded, strict parse into a tree that is wiped, and one writer.
//
// Refused as malformed: invalid UTF-8, duplicate keys (compared after unescaping), nesting over 32, integers that are
// no exact int64, anything after the value. RFC 8259 otherwise. The tree and the writer's buffer live in a wiping
// memory resource, because any string may be a secret.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/base/wiped_memory.h>

namespace strongroom::protocol {

inline constexpr std::size_t k_max_depth = 32;

enum class JsonKind : std::uint8_t { null, boolean, integer, floating, string, array, object };

struct JsonMember;

// One node. Trivially copyable; points into its JsonDocument.
class JsonValue {
 public:
  JsonValue() = default;
  static JsonValue of(bool v) noexcept;
  static JsonValue of(std::int64_t v) noexcept;
  static JsonValue of(double v) noexcept;
  static JsonValue of(std::string_view v) noexcept;
  static JsonValue of(std::span<const JsonValue> v) noexcept;
  static JsonValue of(std::span<const JsonMember> v) noexcept;

  JsonKind kind() const noexcept { return kind_; }

  bool is_null() const noexcept { return kind_ == JsonKind::null; }

  // Each is meaningful for its kind only; integer() of another kind than integer is 0, and so on.
  bool boolean() const noexcept { return kind_ == JsonKind::boolean && integer_ != 0; }

  std::int64_t integer() const noexcept { return kind_ == JsonKind::integer ? integer_ : 0; }

  double floating() const noexcept;  // of an integer too
  std::string_view string() const noexcept;
  std::span<const JsonValue> array() const noexcept;
  std::span<const JsonMember> object() const noexcept;
  // The member of an object with that name; nullptr when there is none or this is no object.
  const JsonValue* find(std::string_view name) const noexcept;

 private:
  JsonKind kind_ = JsonKind::null;

  union {
    std::int64_t integer_ = 0;
    double floating_;
    const void* data_;
  };

  std::size_t size_ = 0;
};

struct JsonMember {
  std::string_view name;
  JsonValue value;
};

// Owns a tree. Not movable: nodes point into its memory. One thread at a time.
class JsonDocument {
 public:
  explicit JsonDocument(std::pmr::memory_resource* memory = wiped_heap());
  ~JsonDocument();
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  // Parses exactly one value and replaces what was there. Error: malformed, with a sentence and no part of the input.
  Status parse(std::string_view text);

  const JsonValue& root() const noexcept { return root_; }

 private:
  friend class JsonBuilder;
  std::pmr::memory_resource* upstream_;
  std::pmr::monotonic_buffer_resource memory_;
  JsonValue root_;
};

// Appends JSON to a wiped buffer. Commas are its business; balance is the caller's. Text must be valid UTF-8.
class JsonWriter {
 public:
  explicit JsonWriter(WipedString& out) noexcept : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }

  JsonWriter& end_object() { return close('}'); }

  JsonWriter& begin_array() { return open('['); }

  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);

  JsonWriter& null() { return literal("null"); }

  JsonWriter& boolean(bool v) { return literal(v ? "true" : "false"); }

  JsonWriter& integer(std::int64_t v);
  JsonWriter& floating(double v);
  JsonWriter& string(std::string_view v);
  // Base64 of `v` as a string.
  JsonWriter& base64(BytesView v);
  // A tree again.
  JsonWriter& value(const JsonValue& v);

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& literal(std::string_view text);
  void separate();
  void quoted(std::string_view v);
  void make_room(std::size_t size);

  WipedString& out_;
  bool comma_ = false;
};

// Bytes of `text` as JsonWriter::string writes it, without the quotes.
std::size_t escaped_size(std::string_view text) noexcept;

// Whether `text` is well-formed UTF-8 (RFC 3629), NUL allowed.
bool is_utf8(std::string_view text) noexcept;

}  // namespace strongroom::protocol
