#include "tests/protocol/certification_service.h"

#include <strongroom/protocol/codec.h>

namespace strongroom::certification {

namespace {

constexpr std::string_view k_client = "client 1";

std::string encoded(const MyType& value) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  protocol::encode(value, writer);
  return std::string(text);
}

}  // namespace

Values some_values() {
  return {.flag = true, .number = -9007199254740993, .fraction = 0.1, .text = "Grüße\n\"\\"};
}

TextMap some_map() {
  return {{"foo", "Foo"}, {"bär", "Bär"}, {"", "empty"}};
}

TextSet some_set() {
  return {{"one", {}}, {"two", {}}, {"three", {}}};
}

MyType some_type() {
  MyType value;
  value.object.json =
      R"({"method":"org.varlink.certification.Test09","parameters":{"map":{"foo":"Foo","bar":[1,2.5,null]}}})";
  value.number = Number::two;
  value.structure = {1, "2"};
  value.array = {"one", "two", "three"};
  value.dictionary = some_map();
  value.stringset = some_set();
  value.nullable_array_struct.emplace();
  value.interface.foo.emplace();
  value.interface.foo->push_back(std::nullopt);
  value.interface.foo->push_back(std::map<std::string, Letter>{{"foo", Letter::foo}, {"bar", Letter::bar}});
  value.interface.foo->push_back(std::nullopt);
  value.interface.foo->push_back(std::map<std::string, Letter>{{"one", Letter::foo}, {"two", Letter::baz}});
  value.interface.anon = {true, false};
  return value;
}

bool Service::expect(const std::string& client_id, bool same) {
  if (client_id != k_client || !same) all_ok_ = false;
  return all_ok_;
}

Result<ClientId> Service::handle(Start, Nothing&&) {
  *this = {};
  return ClientId{std::string(k_client)};
}

Result<FlagResult> Service::handle(Test01, ClientId&& request) {
  expect(request.client_id, true);
  return FlagResult{true};
}

Result<IntResult> Service::handle(Test02, FlagRequest&& request) {
  expect(request.client_id, request.flag);
  return IntResult{some_values().number};
}

Result<FloatResult> Service::handle(Test03, IntRequest&& request) {
  expect(request.client_id, request.number == some_values().number);
  return FloatResult{some_values().fraction};
}

Result<TextResult> Service::handle(Test04, FloatRequest&& request) {
  expect(request.client_id, request.fraction == some_values().fraction);
  return TextResult{some_values().text};
}

Result<Values> Service::handle(Test05, TextRequest&& request) {
  expect(request.client_id, request.text == some_values().text);
  return some_values();
}

Result<StructResult> Service::handle(Test06, ValuesRequest&& request) {
  const Values got{request.flag, request.number, request.fraction, request.text};
  expect(request.client_id, got == some_values());
  return StructResult{some_values()};
}

Result<MapResult> Service::handle(Test07, StructRequest&& request) {
  expect(request.client_id, request.structure == some_values());
  return MapResult{some_map()};
}

Result<SetResult> Service::handle(Test08, MapRequest&& request) {
  expect(request.client_id, request.map == some_map());
  return SetResult{some_set()};
}

Result<MineResult> Service::handle(Test09, SetRequest&& request) {
  expect(request.client_id, request.set == some_set());
  return MineResult{some_type()};
}

// The object of a foreign client comes back with its members in another order, so it is compared by what it names.
void Service::handle(Test10, MineRequest&& request, Completion<TextResult> completion, Stream<TextResult> stream) {
  MyType expected = some_type();
  const bool has_object = request.mytype.object.json.find("org.varlink.certification.Test09") != std::string::npos;
  expected.object = request.mytype.object = {};
  expect(request.client_id, has_object && encoded(expected) == encoded(request.mytype));
  for (int i = 1; i <= 10; ++i) sent_.push_back("Reply number " + std::to_string(i));
  for (std::size_t i = 0; i + 1 < sent_.size(); ++i) stream.send(TextResult{sent_[i]});
  completion(TextResult{sent_.back()});
}

Result<Nothing> Service::handle(Test11, TextsRequest&& request) {
  expect(request.client_id, request.texts == sent_ && !sent_.empty());
  got_texts_ = true;
  return Nothing{};
}

Result<EndResult> Service::handle(End, ClientId&& request) {
  expect(request.client_id, got_texts_);
  finished_ = true;
  return EndResult{all_ok_};
}

}  // namespace strongroom::certification
