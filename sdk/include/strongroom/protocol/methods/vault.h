// io.strongroom.Vault: making, opening and closing the store, and its unlock slots.
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::vault {

enum class SlotType : std::uint8_t { passphrase, key_file, recovery, keychain, credential, shares };
enum class KeyKind : std::uint8_t { root, name_space, system, audit };

}  // namespace strongroom::protocol::vault

namespace strongroom::protocol {

template <>
struct EnumNames<vault::SlotType> {
  static constexpr std::string_view type_name = "SlotType";
  static constexpr std::array<std::string_view, 6> names{"passphrase", "key_file",   "recovery",
                                                         "keychain",   "credential", "shares"};
};

template <>
struct EnumNames<vault::KeyKind> {
  static constexpr std::string_view type_name = "KeyKind";
  static constexpr std::array<std::string_view, 4> names{"root", "namespace", "system", "audit"};
};

namespace vault {

using service::Empty;

inline constexpr Bounds k_passphrase{.min = 1, .max = 1024};
inline constexpr Bounds k_label{.min = 0, .max = 64};
inline constexpr Bounds k_slot_id{.min = 16, .max = 16};  // hex digits
inline constexpr Bounds k_share_texts{.min = 1, .max = 4096};

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
  std::optional<Secret> shares;
  std::optional<bool> accept_changes;

  static constexpr auto fields() {
    using R = UnlockRequest;
    return std::tuple{
        Field<&R::passphrase>{"passphrase", "Opens a passphrase slot.", k_passphrase, CliRole::hidden},
        Field<&R::recovery_code>{"recovery_code", "Opens the recovery slot.", k_passphrase, CliRole::hidden},
        Field<&R::shares>{"shares", "Opens a slot of shares: as many as it needs, one a line.", k_share_texts,
                          CliRole::hidden},
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
      .documentation =
          "Opens the store. Without passphrase, recovery code and shares it tries the slots that need no person.",
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
  std::optional<std::int64_t> shares;
  std::optional<std::int64_t> needed;

  static constexpr auto fields() {
    using R = AddSlotRequest;
    return std::tuple{Field<&R::type>{"type", "What shall open it.", {}, CliRole::positional},
                      Field<&R::passphrase>{"passphrase", "For type passphrase.", k_passphrase, CliRole::hidden},
                      Field<&R::label>{"label", "Text to recognise it by.", k_label},
                      Field<&R::shares>{"shares", "For type shares: how many are made.", {.min = 2, .max = 16}},
                      Field<&R::needed>{"needed", "For type shares: how many open the store.", {.min = 2, .max = 16}}};
  }
};

struct AddSlotResponse {
  std::string id;
  std::optional<Secret> recovery_code;
  std::optional<Secret> shares;

  static constexpr auto fields() {
    using R = AddSlotResponse;
    return std::tuple{Field<&R::id>{"id", "Identity of the new slot."},
                      Field<&R::recovery_code>{"recovery_code", "For type recovery. It is shown this once."},
                      Field<&R::shares>{"shares", "For type shares, one a line. They are shown this once."}};
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
  std::optional<bool> revoke;

  static constexpr auto fields() {
    using R = RemoveSlotRequest;
    return std::tuple{
        Field<&R::id>{"id", "Identity of the slot.", k_slot_id, CliRole::positional},
        Field<&R::revoke>{"revoke",
                          "Also makes a new root key and new keys of all name spaces, so that what is written from now "
                          "on stays closed to who holds an older copy of the header; the rest is wrapped anew in the "
                          "background."}};
  }
};

struct RemoveSlot {
  using Request = RemoveSlotRequest;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "RemoveSlot",
      .documentation =
          "Removes an unlock slot, never the last. Who holds an older copy of the store's "
          "header can still use it there; \"revoke\" limits that to what was written before, the audit log aside.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("vault.remove_slot", "id"),
      .cli = {"slot remove", "strongroom slot remove 0123456789abcdef"}};
};

struct TestSlotRequest {
  std::string id;
  std::optional<Secret> passphrase;
  std::optional<Secret> recovery_code;
  std::optional<Secret> shares;

  static constexpr auto fields() {
    using R = TestSlotRequest;
    return std::tuple{
        Field<&R::id>{"id", "Identity of the slot.", k_slot_id, CliRole::positional},
        Field<&R::passphrase>{"passphrase", "For a slot of type passphrase.", k_passphrase, CliRole::hidden},
        Field<&R::recovery_code>{"recovery_code", "For a slot of type recovery.", k_passphrase, CliRole::hidden},
        Field<&R::shares>{"shares", "For a slot of type shares, one a line.", k_share_texts, CliRole::hidden}};
  }
};

struct TestSlot {
  using Request = TestSlotRequest;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "TestSlot",
      .documentation = "Tells whether one unlock slot opens. Nothing is opened or changed.",
      .states = LockStates::initialized,
      .audit = audited_use("vault.test_slot", "id")};
};

struct RotateSlotRequest {
  std::string id;
  std::optional<Secret> passphrase;

  static constexpr auto fields() {
    using R = RotateSlotRequest;
    return std::tuple{Field<&R::id>{"id", "Identity of the slot.", k_slot_id, CliRole::positional},
                      Field<&R::passphrase>{"passphrase", "The new one, for a slot of type passphrase.", k_passphrase,
                                            CliRole::hidden}};
  }
};

struct RotateSlot {
  using Request = RotateSlotRequest;
  using Response = AddSlotResponse;
  static constexpr MethodInfo info{
      .name = "RotateSlot",
      .documentation = "Puts a new slot of the same type and label in the place of one: a new key, code or passphrase.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("vault.rotate_slot", "id")};
};

struct Key {
  KeyKind kind{};
  std::string name;
  std::int64_t version = 0;
  std::optional<std::int64_t> created_ms;
  bool current = true;
  std::optional<std::int64_t> due_ms;
  static constexpr std::string_view type_name = "Key";

  static constexpr auto fields() {
    return std::tuple{
        Field<&Key::kind>{"kind", "What it is."},
        Field<&Key::name>{"name", "The name space, or what the system key is for; empty for the root key."},
        Field<&Key::version>{"version", "From 1; the highest is used for what is written."},
        Field<&Key::created_ms>{"created_ms",
                                "When it was made, in milliseconds since 1970; absent when that is not known."},
        Field<&Key::current>{"current", "False: it goes as soon as all that is under it is wrapped anew."},
        Field<&Key::due_ms>{"due_ms",
                            "When the daemon exchanges it without being asked, in milliseconds since 1970; absent when "
                            "it does not."}};
  }
};

struct Rewrapping {
  bool running = false;
  std::int64_t rows = 0;
  std::int64_t rewrapped = 0;
  std::optional<std::int64_t> of;
  std::optional<std::string> problem;
  static constexpr std::string_view type_name = "Rewrapping";

  static constexpr auto fields() {
    using R = Rewrapping;
    return std::tuple{Field<&R::running>{"running", "Whether it is under way."},
                      Field<&R::rows>{"rows", "Rows of the store that were looked at."},
                      Field<&R::rewrapped>{"rewrapped", "Sealed items that were wrapped anew."},
                      Field<&R::of>{"of", "Rows of the store, approximately."},
                      Field<&R::problem>{"problem", "Why it did not finish; the older keys stay."}};
  }
};

struct ListKeysResponse {
  std::vector<Key> keys;
  std::optional<Rewrapping> rewrapping;

  static constexpr auto fields() {
    using R = ListKeysResponse;
    return std::tuple{Field<&R::keys>{"keys", "The root key, the keys of name spaces, the system keys."},
                      Field<&R::rewrapping>{
                          "rewrapping", "How far the last rewrapping is; absent when there was none since the start."}};
  }
};

struct ListKeys {
  using Request = Empty;
  using Response = ListKeysResponse;
  static constexpr MethodInfo info{.name = "ListKeys",
                                   .documentation = "Lists the keys of the store with their versions and ages.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("vault.list_keys")};
};

struct RotateKeyRequest {
  KeyKind kind{};
  std::optional<std::string> name;

  static constexpr auto fields() {
    using R = RotateKeyRequest;
    return std::tuple{
        Field<&R::kind>{"kind", "root, namespace, or audit: the key that signs the log.", {}, CliRole::positional},
        Field<&R::name>{"name", "The name space; \"default\" when absent.", {.min = 1, .max = 64}}};
  }
};

struct RotateKey {
  using Request = RotateKeyRequest;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "RotateKey",
      .documentation =
          "Makes a new root key, a new key of a name space, or a new signing key of the audit log. What a name space "
          "holds is then wrapped anew in the background, while everything goes on; the older key goes when nothing is "
          "under it any more.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("vault.rotate_key", "kind", "name")};
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
using Methods = MethodList<Init, Unlock, Lock, ListSlots, AddSlot, RemoveSlot, TestSlot, RotateSlot, ListKeys,
                           RotateKey, AcceptRollback>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace vault
}  // namespace strongroom::protocol
