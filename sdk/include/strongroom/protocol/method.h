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

#include <array>
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

// What comes along with the message of a call, besides its bytes.
enum class Passes : std::uint8_t {
  nothing,
  descriptor,  // exactly one file descriptor (SCM_RIGHTS)
};

// What the audit log says of a call.
enum class Audited : std::uint8_t {
  no,      // nothing; the policy says why
  use,     // one event, before the answer leaves
  change,  // an intent, durable before the change, and an outcome before the answer
};

// Stated by every method; a method without one does not compile.
struct AuditPolicy {
  Audited kind = Audited::no;
  std::string_view action{};                  // as docs/audit.md lists it: "secret.get"
  std::array<std::string_view, 2> objects{};  // fields that name what it is about: "path", "items[].path"
  std::string_view why_not{};                 // with `no`: one sentence
  bool administration = false;                // goes on, into reserved space, when the disk is full
};

constexpr AuditPolicy audited_use(std::string_view action, std::string_view object = {}) {
  return {.kind = Audited::use, .action = action, .objects = {object}};
}

constexpr AuditPolicy audited_change(std::string_view action, std::string_view object = {},
                                     std::string_view second = {}) {
  return {.kind = Audited::change, .action = action, .objects = {object, second}};
}

// Locking and looking after the log.
constexpr AuditPolicy audited_administration(std::string_view action, std::string_view object = {}) {
  return {.kind = Audited::change, .action = action, .objects = {object}, .administration = true};
}

// Looking after the log without changing it: goes on when nothing can be written, and its event follows.
constexpr AuditPolicy audited_look(std::string_view action) {
  return {.kind = Audited::use, .action = action, .administration = true};
}

constexpr AuditPolicy not_audited(std::string_view why) {
  return {.kind = Audited::no, .why_not = why};
}

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
  AuditPolicy audit{};
  Streaming streaming = Streaming::no;
  Passes passes = Passes::nothing;
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
