// How a message's fields are declared, and what can be asked about them at run time.
//
// A struct that travels lists its members once:
//
//   struct GetRequest {
//     std::string path;
//     std::optional<std::int64_t> version;
//     static constexpr auto fields() {
//       return std::tuple{Field<&GetRequest::path>{"path", "Path of the secret.", {.min = 1, .max = 512}},
//                         Field<&GetRequest::version>{"version", "Version to read; the current one by default."}};
//     }
//   };
//
// From that list come decoding, validation, encoding, the Varlink text, the CLI's options and the reference. A struct
// with `static constexpr std::string_view type_name` is a named type of its interface; others are written in place.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <strongroom/base/secret.h>
#include <strongroom/protocol/json.h>

namespace strongroom::protocol {

// Inclusive. Bytes of a string or secret, the value of an integer, the entries of a list or map.
struct Bounds {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// How a field of a request appears on the command line.
enum class CliRole : std::uint8_t {
  option,      // --name VALUE (a boolean: --name)
  positional,  // by place
  hidden,      // not on the command line (conversations fill it)
};

template <auto Member>
struct Field {
  std::string_view name;
  std::string_view documentation;
  Bounds bounds{};
  CliRole cli = CliRole::option;
};

enum class TypeKind : std::uint8_t {
  boolean,
  integer,
  floating,
  string,
  secret,  // a string on the wire whose value must not be shown unasked
  object,  // any JSON object
  list,
  map,  // string to element
  structure,
  enumeration,
};

struct StructInfo;

struct TypeInfo {
  TypeKind kind{};
  bool nullable = false;
  const TypeInfo* element = nullptr;          // list, map
  const StructInfo* structure = nullptr;      // structure
  std::span<const std::string_view> names{};  // enumeration
  std::string_view enum_name{};               // enumeration; empty: written in place
};

struct FieldInfo {
  std::string_view name;
  std::string_view documentation;
  const TypeInfo* type;
  Bounds bounds;
  CliRole cli;
};

struct StructInfo {
  std::string_view type_name;  // empty: written in place
  std::span<const FieldInfo> fields;
};

// An enum that travels specialises this with `type_name` (may be empty) and `names`, in the order of its values from 0.
template <class E>
struct EnumNames;

// Any JSON object, kept as text: for messages that carry what the protocol does not know.
struct RawObject {
  std::string json = "{}";
};

// Named values of a secret, in the order sent: [string]string on the wire. Names of those that carry base64 stand in a
// list beside it (secret_fields.h).
struct NamedSecret {
  std::string name;
  Secret value;
};

using SecretMap = std::vector<NamedSecret>;

namespace detail {

template <class T>
struct MemberOf;

template <class C, class T>
struct MemberOf<T C::*> {
  using type = T;
};

template <auto Member>
using member_t = typename MemberOf<decltype(Member)>::type;

template <class T>
struct TypeOf;

template <class T>
inline constexpr TypeInfo type_info_v = TypeOf<T>::make();

template <class T>
struct StructOf {
  template <auto Member>
  static constexpr FieldInfo info_of(const Field<Member>& f) {
    return {f.name, f.documentation, &type_info_v<member_t<Member>>, f.bounds, f.cli};
  }

  static constexpr auto infos() {
    return std::apply([](const auto&... f) { return std::array<FieldInfo, sizeof...(f)>{info_of(f)...}; }, T::fields());
  }

  static constexpr std::string_view name() {
    if constexpr (requires { T::type_name; })
      return T::type_name;
    else
      return {};
  }
};

template <class T>
inline constexpr auto field_infos_v = StructOf<T>::infos();
template <class T>
inline constexpr StructInfo struct_info_v{StructOf<T>::name(), field_infos_v<T>};

template <>
struct TypeOf<bool> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::boolean}; }
};

template <>
struct TypeOf<std::int64_t> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::integer}; }
};

template <>
struct TypeOf<double> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::floating}; }
};

template <>
struct TypeOf<std::string> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::string}; }
};

template <>
struct TypeOf<Secret> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::secret}; }
};

template <>
struct TypeOf<RawObject> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::object}; }
};

template <>
struct TypeOf<SecretMap> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::map, .element = &type_info_v<Secret>}; }
};

template <class T>
struct TypeOf<std::optional<T>> {
  static constexpr TypeInfo make() {
    TypeInfo made = TypeOf<T>::make();
    made.nullable = true;
    return made;
  }
};

template <class T>
struct TypeOf<std::vector<T>> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::list, .element = &type_info_v<T>}; }
};

template <class T>
struct TypeOf<std::map<std::string, T>> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::map, .element = &type_info_v<T>}; }
};

template <class T>
  requires std::is_enum_v<T>
struct TypeOf<T> {
  static constexpr TypeInfo make() {
    return {.kind = TypeKind::enumeration, .names = EnumNames<T>::names, .enum_name = EnumNames<T>::type_name};
  }
};

template <class T>
  requires requires { T::fields(); }
struct TypeOf<T> {
  static constexpr TypeInfo make() { return {.kind = TypeKind::structure, .structure = &struct_info_v<T>}; }
};

// Every field has a name in lower_snake_case and a documentation, and names are unique.
template <class T>
consteval bool well_declared() {
  const auto& infos = field_infos_v<T>;
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (infos[i].name.empty() || infos[i].documentation.empty()) return false;
    for (const char c : infos[i].name)
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    for (std::size_t k = 0; k < i; ++k)
      if (infos[k].name == infos[i].name) return false;
  }
  return true;
}

}  // namespace detail

// The description of a struct that travels.
template <class T>
constexpr const StructInfo& describe() {
  static_assert(detail::well_declared<T>(), "every field needs a unique lower_snake_case name and a documentation");
  return detail::struct_info_v<T>;
}

}  // namespace strongroom::protocol
