// What is declared about a method, once, and the type-erased tables made of it.
//
//   struct Get {
//     using Request = GetRequest;
//     using Response = GetResponse;
//     static constexpr MethodInfo info{.name = "Get", .documentation = "...", .states = LockStates::unlocked, ...};
//   };
//
// An area lists its methods: `using Methods = MethodList<Get, Put>;` with `interface` naming the Varlink interface.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <strongroom/protocol/field.h>

namespace strongroom::protocol {

// In which states of the store a method is answered; elsewhere the refusal names what to do.
enum class LockStates : std::uint8_t {
  any,
  uninitialized,  // only before there is a store
  initialized,    // locked or unlocked
  unlocked,
};

enum class Effect : std::uint8_t {
  read,    // shows no secret value and changes nothing
  write,   // changes what is stored
  reveal,  // shows secret values
};

enum class Streaming : std::uint8_t {
  no,
  optional,  // several answers when called with `more`
  required,  // refused with ExpectedMore otherwise
};

// The generic command line of a method; conversations (client/cli/commands) say their own.
struct CliMapping {
  std::string_view command{};  // "secret list"; empty: none
  std::string_view example{};  // one line
};

struct MethodInfo {
  std::string_view name;           // without the interface
  std::string_view documentation;  // whole sentences
  LockStates states = LockStates::any;
  Effect effect = Effect::read;
  Streaming streaming = Streaming::no;
  CliMapping cli{};
};

template <class... Ms>
struct MethodList {};

template <class M, class List>
inline constexpr bool in_list_v = false;
template <class M, class... Ms>
inline constexpr bool in_list_v<M, MethodList<Ms...>> = (std::is_same_v<M, Ms> || ...);

// One row of a catalogue.
struct MethodEntry {
  const MethodInfo* info;
  const StructInfo* request;
  const StructInfo* response;
  // Decodes and validates parameters as the daemon would, and writes the accepted request back. For tests and tools.
  Status (*round_trip)(const JsonValue& parameters, JsonWriter& out);
};

struct InterfaceInfo {
  std::string_view name;  // "io.strongroom.Secret"
  std::string_view documentation;
  std::span<const MethodEntry> methods;
};

}  // namespace strongroom::protocol
