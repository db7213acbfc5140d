// The public Varlink test interface org.varlink.certification, declared in our way.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/protocol/method.h>

namespace strongroom::certification {

using protocol::Field;
using protocol::MethodInfo;
using protocol::RawObject;

enum class Letter : std::uint8_t { foo, bar, baz };
enum class Number : std::uint8_t { one, two, three };

}  // namespace strongroom::certification

namespace strongroom::protocol {

template <>
struct EnumNames<certification::Letter> {
  static constexpr std::string_view type_name{};
  static constexpr std::array<std::string_view, 3> names{"foo", "bar", "baz"};
};

template <>
struct EnumNames<certification::Number> {
  static constexpr std::string_view type_name{};
  static constexpr std::array<std::string_view, 3> names{"one", "two", "three"};
};

}  // namespace strongroom::protocol

namespace strongroom::certification {

struct Nothing {
  static constexpr auto fields() { return std::tuple{}; }

  bool operator==(const Nothing&) const = default;
};

struct Pair {
  std::int64_t first = 0;
  std::string second;

  static constexpr auto fields() {
    return std::tuple{Field<&Pair::first>{"first", "A number."}, Field<&Pair::second>{"second", "A text."}};
  }

  bool operator==(const Pair&) const = default;
};

struct Anon {
  bool foo = false;
  bool bar = false;

  static constexpr auto fields() {
    return std::tuple{Field<&Anon::foo>{"foo", "A flag."}, Field<&Anon::bar>{"bar", "A flag."}};
  }

  bool operator==(const Anon&) const = default;
};

struct Interface {
  std::optional<std::vector<std::optional<std::map<std::string, Letter>>>> foo;
  Anon anon;
  static constexpr std::string_view type_name = "Interface";

  static constexpr auto fields() {
    return std::tuple{Field<&Interface::foo>{"foo", "Nested."}, Field<&Interface::anon>{"anon", "In place."}};
  }

  bool operator==(const Interface&) const = default;
};

struct MyType {
  RawObject object;
  Number number{};
  Pair structure;
  std::vector<std::string> array;
  std::map<std::string, std::string> dictionary;
  std::map<std::string, Nothing> stringset;
  std::optional<std::string> nullable;
  std::optional<std::vector<Pair>> nullable_array_struct;
  Interface interface;
  static constexpr std::string_view type_name = "MyType";

  static constexpr auto fields() {
    using R = MyType;
    return std::tuple{Field<&R::object>{"object", "Anything."},
                      Field<&R::number>{"enum", "One of three."},
                      Field<&R::structure>{"struct", "In place."},
                      Field<&R::array>{"array", "Texts."},
                      Field<&R::dictionary>{"dictionary", "Texts by name."},
                      Field<&R::stringset>{"stringset", "A set."},
                      Field<&R::nullable>{"nullable", "Perhaps."},
                      Field<&R::nullable_array_struct>{"nullable_array_struct", "Perhaps a list."},
                      Field<&R::interface>{"interface", "Named."}};
  }
};

struct Values {
  bool flag = false;
  std::int64_t number = 0;
  double fraction = 0;
  std::string text;

  static constexpr auto fields() {
    using R = Values;
    return std::tuple{Field<&R::flag>{"bool", "A flag."}, Field<&R::number>{"int", "A number."},
                      Field<&R::fraction>{"float", "A fraction."}, Field<&R::text>{"string", "A text."}};
  }

  bool operator==(const Values&) const = default;
};

// One request of the chain: the client's id and one value of the type before.
#define CERTIFICATION_ONE(Name, Type, member, wire)                                             \
  struct Name##Result {                                                                         \
    Type member{};                                                                              \
    static constexpr auto fields() {                                                            \
      return std::tuple{Field<&Name##Result::member>{wire, "A value."}};                        \
    }                                                                                           \
  };                                                                                            \
  struct Name##Request {                                                                        \
    std::string client_id;                                                                      \
    Type member{};                                                                              \
    static constexpr auto fields() {                                                            \
      return std::tuple{Field<&Name##Request::client_id>{"client_id", "Who asks."},             \
                        Field<&Name##Request::member>{wire, "What the call before answered."}}; \
    }                                                                                           \
  };

CERTIFICATION_ONE(Flag, bool, flag, "bool")
CERTIFICATION_ONE(Int, std::int64_t, number, "int")
CERTIFICATION_ONE(Float, double, fraction, "float")
CERTIFICATION_ONE(Text, std::string, text, "string")
CERTIFICATION_ONE(Struct, Values, structure, "struct")
using TextMap = std::map<std::string, std::string>;
using TextSet = std::map<std::string, Nothing>;
CERTIFICATION_ONE(Map, TextMap, map, "map")
CERTIFICATION_ONE(Set, TextSet, set, "set")
CERTIFICATION_ONE(Mine, MyType, mytype, "mytype")
CERTIFICATION_ONE(Texts, std::vector<std::string>, texts, "last_more_replies")
CERTIFICATION_ONE(End, bool, all_ok, "all_ok")
#undef CERTIFICATION_ONE

struct ClientId {
  std::string client_id;

  static constexpr auto fields() { return std::tuple{Field<&ClientId::client_id>{"client_id", "Who asks."}}; }
};

struct ValuesRequest {
  std::string client_id;
  bool flag = false;
  std::int64_t number = 0;
  double fraction = 0;
  std::string text;

  static constexpr auto fields() {
    using R = ValuesRequest;
    return std::tuple{Field<&R::client_id>{"client_id", "Who asks."}, Field<&R::flag>{"bool", "A flag."},
                      Field<&R::number>{"int", "A number."}, Field<&R::fraction>{"float", "A fraction."},
                      Field<&R::text>{"string", "A text."}};
  }
};

#define CERTIFICATION_METHOD(Name, Req, Res, stream)                                             \
  struct Name {                                                                                  \
    using Request = Req;                                                                         \
    using Response = Res;                                                                        \
    static constexpr MethodInfo info{.name = #Name,                                              \
                                     .documentation = "A step of the certification.",            \
                                     .audit = protocol::not_audited("It is no method of ours."), \
                                     .streaming = protocol::Streaming::stream};                  \
  };

CERTIFICATION_METHOD(Start, Nothing, ClientId, no)
CERTIFICATION_METHOD(Test01, ClientId, FlagResult, no)
CERTIFICATION_METHOD(Test02, FlagRequest, IntResult, no)
CERTIFICATION_METHOD(Test03, IntRequest, FloatResult, no)
CERTIFICATION_METHOD(Test04, FloatRequest, TextResult, no)
CERTIFICATION_METHOD(Test05, TextRequest, Values, no)
CERTIFICATION_METHOD(Test06, ValuesRequest, StructResult, no)
CERTIFICATION_METHOD(Test07, StructRequest, MapResult, no)
CERTIFICATION_METHOD(Test08, MapRequest, SetResult, no)
CERTIFICATION_METHOD(Test09, SetRequest, MineResult, no)
CERTIFICATION_METHOD(Test10, MineRequest, TextResult, required)
CERTIFICATION_METHOD(Test11, TextsRequest, Nothing, no)
CERTIFICATION_METHOD(End, ClientId, EndResult, no)
#undef CERTIFICATION_METHOD

inline constexpr std::string_view interface = "org.varlink.certification";
using Methods = protocol::MethodList<Start, Test01, Test02, Test03, Test04, Test05, Test06, Test07, Test08, Test09,
                                     Test10, Test11, End>;

template <class M>
  requires protocol::in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace strongroom::certification
