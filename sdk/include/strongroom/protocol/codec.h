// Decoding, validating and encoding of declared structs (field.h). Include it only where messages are really converted:
// each struct costs compile time.
//
// A decode failure is invalid_argument whose subject is the field's path ("items[3].path"). null equals absence;
// unknown, missing, ill-typed and out-of-bounds fields are refused.
#pragma once

#include <string>
#include <utility>

#include <strongroom/protocol/field.h>
#include <strongroom/protocol/json.h>

namespace strongroom::protocol {

struct DecodeContext {
  std::pmr::memory_resource* memory = wiped_heap();  // of the secrets in what is decoded
  bool ignore_unknown = false;                       // for answers: a newer daemon may have added fields
};

namespace detail {

Error wrong_type(std::string_view expected);
Error out_of_bounds(const Bounds& bounds, std::string_view unit);
Error within(Error error, std::string_view name);
Error within(Error error, std::size_t index);
Error missing(std::string_view name);
Error unknown(std::string_view name);
Status check(std::int64_t amount, const Bounds& bounds, std::string_view unit);

// The primary template serves structs with fields().
template <class T>
struct Codec {
  static Status decode(const JsonValue& in, T& out, const Bounds&, const DecodeContext& context) {
    if (in.kind() != JsonKind::object) return wrong_type("an object");
    std::uint64_t seen = 0;
    for (const auto& member : in.object()) {
      bool known = false;
      Status status;
      each_field([&]<auto Member>(std::size_t index, const Field<Member>& field) {
        if (known || field.name != member.name) return;
        known = true;
        if (member.value.is_null()) return;
        seen |= 1ull << index;
        status = Codec<member_t<Member>>::decode(member.value, out.*Member, field.bounds, context);
      });
      if (!known && context.ignore_unknown) continue;
      if (!known) return unknown(member.name);
      if (!status) return within(std::move(status).error(), member.name);
    }
    Status status;
    each_field([&]<auto Member>(std::size_t index, const Field<Member>& field) {
      if (status && !(seen >> index & 1) && !type_info_v<member_t<Member>>.nullable) status = missing(field.name);
    });
    return status;
  }

  static void encode(const T& in, JsonWriter& writer) {
    writer.begin_object();
    each_field([&]<auto Member>(std::size_t, const Field<Member>& field) {
      using M = member_t<Member>;
      if constexpr (type_info_v<M>.nullable) {
        if (!(in.*Member)) return;
      }
      writer.key(field.name);
      Codec<M>::encode(in.*Member, writer);
    });
    writer.end_object();
  }

 private:
  template <class F>
  static void each_field(F&& f) {
    constexpr auto fields = T::fields();
    static_assert(std::tuple_size_v<decltype(fields)> <= 64);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (f(I, std::get<I>(fields)), ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(fields)>>());
  }
};

template <>
struct Codec<bool> {
  static Status decode(const JsonValue& in, bool& out, const Bounds&, const DecodeContext&) {
    if (in.kind() != JsonKind::boolean) return wrong_type("true or false");
    out = in.boolean();
    return {};
  }

  static void encode(bool in, JsonWriter& writer) { writer.boolean(in); }
};

template <>
struct Codec<std::int64_t> {
  static Status decode(const JsonValue& in, std::int64_t& out, const Bounds& bounds, const DecodeContext&) {
    if (in.kind() != JsonKind::integer) return wrong_type("an integer");
    STRONGROOM_CHECK(check(in.integer(), bounds, ""));
    out = in.integer();
    return {};
  }

  static void encode(std::int64_t in, JsonWriter& writer) { writer.integer(in); }
};

template <>
struct Codec<double> {
  static Status decode(const JsonValue& in, double& out, const Bounds&, const DecodeContext&) {
    if (in.kind() != JsonKind::floating && in.kind() != JsonKind::integer) return wrong_type("a number");
    out = in.floating();
    return {};
  }

  static void encode(double in, JsonWriter& writer) { writer.floating(in); }
};

template <>
struct Codec<std::string> {
  static Status decode(const JsonValue& in, std::string& out, const Bounds& bounds, const DecodeContext&) {
    if (in.kind() != JsonKind::string) return wrong_type("a string");
    STRONGROOM_CHECK(check(static_cast<std::int64_t>(in.string().size()), bounds, " bytes"));
    out.assign(in.string());
    return {};
  }

  static void encode(const std::string& in, JsonWriter& writer) { writer.string(in); }
};

template <>
struct Codec<Secret> {
  static Status decode(const JsonValue& in, Secret& out, const Bounds& bounds, const DecodeContext& context) {
    if (in.kind() != JsonKind::string) return wrong_type("a string");
    STRONGROOM_CHECK(check(static_cast<std::int64_t>(in.string().size()), bounds, " bytes"));
    out = Secret(as_bytes(in.string()), context.memory);
    return {};
  }

  static void encode(const Secret& in, JsonWriter& writer) { writer.string(in.reveal_text(RevealReason::transmit)); }
};

template <>
struct Codec<RawObject> {
  static Status decode(const JsonValue& in, RawObject& out, const Bounds&, const DecodeContext&);
  static void encode(const RawObject& in, JsonWriter& writer);
};

template <>
struct Codec<SecretMap> {
  static Status decode(const JsonValue& in, SecretMap& out, const Bounds& bounds, const DecodeContext& context) {
    if (in.kind() != JsonKind::object) return wrong_type("an object");
    STRONGROOM_CHECK(check(static_cast<std::int64_t>(in.object().size()), bounds, " entries"));
    out.clear();
    out.reserve(in.object().size());
    for (const auto& member : in.object()) {
      if (member.value.kind() != JsonKind::string) return within(wrong_type("a string"), member.name);
      out.push_back({std::string(member.name), Secret(as_bytes(member.value.string()), context.memory)});
    }
    return {};
  }

  static void encode(const SecretMap& in, JsonWriter& writer) {
    writer.begin_object();
    for (const auto& entry : in) writer.key(entry.name).string(entry.value.reveal_text(RevealReason::transmit));
    writer.end_object();
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static Status decode(const JsonValue& in, std::optional<T>& out, const Bounds& bounds, const DecodeContext& context) {
    if (in.is_null()) return {};
    return Codec<T>::decode(in, out.emplace(), bounds, context);
  }

  static void encode(const std::optional<T>& in, JsonWriter& writer) {
    if (in)
      Codec<T>::encode(*in, writer);
    else
      writer.null();
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static Status decode(const JsonValue& in, std::vector<T>& out, const Bounds& bounds, const DecodeContext& context) {
    if (in.kind() != JsonKind::array) return wrong_type("a list");
    STRONGROOM_CHECK(check(static_cast<std::int64_t>(in.array().size()), bounds, " entries"));
    out.clear();
    out.reserve(in.array().size());
    for (const auto& item : in.array())
      if (auto status = Codec<T>::decode(item, out.emplace_back(), {}, context); !status)
        return within(std::move(status).error(), out.size() - 1);
    return {};
  }

  static void encode(const std::vector<T>& in, JsonWriter& writer) {
    writer.begin_array();
    for (const auto& item : in) Codec<T>::encode(item, writer);
    writer.end_array();
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static Status decode(const JsonValue& in, std::map<std::string, T>& out, const Bounds& bounds,
                       const DecodeContext& context) {
    if (in.kind() != JsonKind::object) return wrong_type("an object");
    STRONGROOM_CHECK(check(static_cast<std::int64_t>(in.object().size()), bounds, " entries"));
    out.clear();
    for (const auto& member : in.object())
      if (auto status = Codec<T>::decode(member.value, out[std::string(member.name)], {}, context); !status)
        return within(std::move(status).error(), member.name);
    return {};
  }

  static void encode(const std::map<std::string, T>& in, JsonWriter& writer) {
    writer.begin_object();
    for (const auto& [name, value] : in) {
      writer.key(name);
      Codec<T>::encode(value, writer);
    }
    writer.end_object();
  }
};

template <class T>
  requires std::is_enum_v<T>
struct Codec<T> {
  static Status decode(const JsonValue& in, T& out, const Bounds&, const DecodeContext&) {
    if (in.kind() != JsonKind::string) return wrong_type("a string");
    for (std::size_t i = 0; i < EnumNames<T>::names.size(); ++i)
      if (EnumNames<T>::names[i] == in.string()) {
        out = static_cast<T>(i);
        return {};
      }
    std::string names;
    for (const auto name : EnumNames<T>::names) names.append(names.empty() ? "" : ", ").append(name);
    return make_error(ErrorCode::invalid_argument, "must be one of " + names);
  }

  static void encode(T in, JsonWriter& writer) { writer.string(EnumNames<T>::names[static_cast<std::size_t>(in)]); }
};

}  // namespace detail

// Reads `in` (the parameters of a message; null counts as {}) into `out`.
template <class T>
Status decode(const JsonValue& in, T& out, const DecodeContext& context = {}) {
  constexpr std::span<const JsonMember> k_none;
  return detail::Codec<T>::decode(in.is_null() ? JsonValue::of(k_none) : in, out, {}, context);
}

template <class T>
void encode(const T& in, JsonWriter& writer) {
  detail::Codec<T>::encode(in, writer);
}

}  // namespace strongroom::protocol
