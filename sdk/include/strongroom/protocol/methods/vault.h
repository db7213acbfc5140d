// io.strongroom.Vault: making, opening and closing the store, and its unlock slots.
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::vault {

enum class SlotType : std::uint8_t { passphrase, key_file, recovery, keychain, credential };

}  // namespace strongroom::protocol::vault

namespace strongroom::protocol {

template <>
struct EnumNames<vault::SlotType> {
  static constexpr std::string_view type_name = "SlotType";
  static constexpr std::array<std::string_view, 5> names{"passphrase", "key_file", "recovery", "keychain",
                                                         "credential"};
};

namespace vault {

using service::Empty;

inline constexpr Bounds k_passphrase{.min = 1, .max = 1024};
inline constexpr Bounds k_label{.min = 0, .max = 64};

struct InitRequest {
  std::optional<Secret> passphrase;
  std::optional<bool> key_file;
  std::optional<bool> recovery;

  static constexpr auto fields() {
    using R = InitRequest;
    return std::tuple{
        Field<&R::passphrase>{"passphrase", "Adds a slot that opens with this passphrase.", k_passphrase,
                              CliRole::hidden},
        Field<&R::key_file>{"key_file",
                            "Adds a slot that opens without a person, from a file of this machine; true by default."},
        Field<&R::recovery>{"recovery", "Adds a recovery code; true by default."}};
  }
};

struct InitResponse {
  std::optional<Secret> recovery_code;
  std::string notice;

  static constexpr auto fields() {
    using R = InitResponse;
    return std::tuple{
        Field<&R::recovery_code>{"recovery_code", "Opens the store when all else is lost. It is shown this once."},
        Field<&R::notice>{"notice", "What the chosen slots protect against and what not."}};
  }
};

struct Init {
  using Request = InitRequest;
  using Response = InitResponse;
  static constexpr MethodInfo info{.name = "Init",
                                   .documentation = "Makes the store: new keys, and the slots that open them.",
                                   .states = LockStates::uninitialized,
                                   .effect = Effect::write,
                                   .audit = audited_change("vault.init")};
};

struct UnlockRequest {
  std::optional<Secret> passphrase;
  std::optional<Secret> recovery_code;
  std::optional<bool> accept_changes;

  static constexpr auto fields() {
    using R = UnlockRequest;
    return std::tuple{
        Field<&R::passphrase>{"passphrase", "Opens a passphrase slot.", k_passphrase, CliRole::hidden},
        Field<&R::recovery_code>{"recovery_code", "Opens the recovery slot.", k_passphrase, CliRole::hidden},
        Field<&R::accept_changes>{"accept_changes",
                                  "Takes the stored rows as they are although they were replaced outside Strongroom, "
                                  "for instance by restoring a "
                                  "copy."}};
  }
};

struct Unlock {
  using Request = UnlockRequest;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "Unlock",
      .documentation = "Opens the store. Without passphrase and recovery code it tries the slots that need no person.",
      .states = LockStates::initialized,
      .effect = Effect::write,
      .audit = audited_change("vault.unlock")};
};

struct Lock {
  using Request = Empty;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "Lock",
      .documentation = "Wipes every key from memory. The store stays closed, over restarts too, until Unlock.",
      .states = LockStates::initialized,
      .effect = Effect::write,
      .audit = audited_administration("vault.lock"),
      .cli = {"lock", "strongroom lock"}};
};

struct Slot {
  std::string id;
  SlotType type{};
  std::string label;
  std::int64_t created_ms = 0;
  static constexpr std::string_view type_name = "Slot";

  static constexpr auto fields() {
    return std::tuple{Field<&Slot::id>{"id", "Identity, 16 hex digits."}, Field<&Slot::type>{"type", "What opens it."},
                      Field<&Slot::label>{"label", "Text given when it was added."},
                      Field<&Slot::created_ms>{"created_ms", "When it was added, in milliseconds since 1970."}};
  }
};

struct ListSlotsResponse {
  std::vector<Slot> slots;

  static constexpr auto fields() {
    return std::tuple{Field<&ListSlotsResponse::slots>{"slots", "All slots, oldest first."}};
  }
};

struct ListSlots {
  using Request = Empty;
  using Response = ListSlotsResponse;
  static constexpr MethodInfo info{.name = "ListSlots",
                                   .documentation = "Lists the unlock slots.",
                                   .states = LockStates::initialized,
                                   .audit = audited_use("vault.list_slots"),
                                   .cli = {"slot list", "strongroom slot list"}};
};

struct AddSlotRequest {
  SlotType type{};
  std::optional<Secret> passphrase;
  std::optional<std::string> label;

  static constexpr auto fields() {
    using R = AddSlotRequest;
    return std::tuple{Field<&R::type>{"type", "What shall open it.", {}, CliRole::positional},
                      Field<&R::passphrase>{"passphrase", "For type passphrase.", k_passphrase, CliRole::hidden},
                      Field<&R::label>{"label", "Text to recognise it by.", k_label}};
  }
};

struct AddSlotResponse {
  std::string id;
  std::optional<Secret> recovery_code;

  static constexpr auto fields() {
    using R = AddSlotResponse;
    return std::tuple{Field<&R::id>{"id", "Identity of the new slot."},
                      Field<&R::recovery_code>{"recovery_code", "For type recovery. It is shown this once."}};
  }
};

struct AddSlot {
  using Request = AddSlotRequest;
  using Response = AddSlotResponse;
  static constexpr MethodInfo info{.name = "AddSlot",
                                   .documentation = "Adds an unlock slot. Stored data is not touched.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_change("vault.add_slot")};
};

struct RemoveSlotRequest {
  std::string id;

  static constexpr auto fields() {
    return std::tuple{
        Field<&RemoveSlotRequest::id>{"id", "Identity of the slot.", {.min = 16, .max = 16}, CliRole::positional}};
  }
};

struct RemoveSlot {
  using Request = RemoveSlotRequest;
  using Response = Empty;
  static constexpr MethodInfo info{.name = "RemoveSlot",
                                   .documentation =
                                       "Removes an unlock slot, never the last. Who holds an older copy of the store's "
                                       "header can still use it there.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_change("vault.remove_slot", "id"),
                                   .cli = {"slot remove", "strongroom slot remove 0123456789abcdef"}};
};

struct AcceptRollback {
  using Request = Empty;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "AcceptRollback",
      .documentation =
          "Takes the store and the audit log as they are although one of them was put back to an older state. Until "
          "then nothing can be written. That it was accepted stays in the log.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_administration("vault.accept_rollback")};
};

inline constexpr std::string_view interface = "io.strongroom.Vault";
inline constexpr std::string_view documentation = "Making, opening and closing the store, and its unlock slots.";
using Methods = MethodList<Init, Unlock, Lock, ListSlots, AddSlot, RemoveSlot, AcceptRollback>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace vault
}  // namespace strongroom::protocol
