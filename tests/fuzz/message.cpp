// Any bytes as a message: envelope and the parameters of every method. What is accepted must survive a round trip.
#include <cstdlib>
#include <string_view>

#include <strongroom/protocol/catalogue.h>
#include <strongroom/protocol/message.h>

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  protocol::JsonDocument document;
  if (!document.parse(text)) return 0;
  bool failure = false;
  (void)protocol::read_reply(document.root(), failure);
  const auto call = protocol::read_call(document.root());
  if (!call) return 0;
  const auto* method = protocol::find_method(call->method);
  if (!method) return 0;
  WipedString out(wiped_heap());
  protocol::JsonWriter writer(out);
  if (method->round_trip(call->parameters, writer)) {
    protocol::JsonDocument again;
    if (!again.parse(out)) std::abort();
    WipedString twice(wiped_heap());
    protocol::JsonWriter second(twice);
    if (!method->round_trip(again.root(), second) || out != twice) std::abort();
  }
  return 0;
}
