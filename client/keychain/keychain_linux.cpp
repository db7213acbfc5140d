#include "client/keychain/keychain.h"

#include <map>
#include <string>

#include "client/keychain/libsecret.h"

namespace strongroom::keychain {
namespace {

const SecretSchema& schema() {
  static const SecretSchema made = [] {
    SecretSchema out{};
    out.name = "io.strongroom.Slot";
    out.flags = SECRET_SCHEMA_NONE;
    out.attributes[0] = {"account", SECRET_SCHEMA_ATTRIBUTE_STRING};
    return out;
  }();
  return made;
}

Owned<GHashTable> attributes_of(const std::string& account) {
  return Owned<GHashTable>(secret_attributes_build(&schema(), "account", account.c_str(), nullptr));
}

// The first item of this name, with its secret when its collection is open.
Outcome find(SecretService* service, const std::string& account, Owned<SecretItem>& item) {
  GError* error = nullptr;
  const auto attributes = attributes_of(account);
  GList* const found =
      secret_service_search_sync(service, &schema(), attributes.get(), SECRET_SEARCH_LOAD_SECRETS, nullptr, &error);
  if (error != nullptr) return outcome_of(error);
  if (found == nullptr) return Outcome::not_found;
  item.reset(SECRET_ITEM(g_object_ref(found->data)));
  g_list_free_full(found, g_object_unref);
  return Outcome::done;
}

// Asks whoever sits at the desktop, unless it is open already.
template <class Object>
Outcome unlock(SecretService* service, Object* object) {
  GError* error = nullptr;
  GList one{object, nullptr, nullptr};
  GList* unlocked = nullptr;
  const gint count = secret_service_unlock_sync(service, &one, nullptr, &unlocked, &error);
  g_list_free_full(unlocked, g_object_unref);
  if (error != nullptr) return outcome_of(error);
  return count == 0 ? Outcome::denied : Outcome::done;
}

// Where new items go; null when there is no such collection.
Outcome find_default(SecretService* service, Owned<SecretCollection>& out) {
  GError* error = nullptr;
  out.reset(
      secret_collection_for_alias_sync(service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, nullptr, &error));
  return error == nullptr ? Outcome::done : outcome_of(error);
}

constexpr std::size_t k_most_known = 4096;

Outcome find_path(SecretService* service, const std::string& account, std::string& path) {
  GError* error = nullptr;
  const auto attributes = attributes_of(account);
  gchar** open = nullptr;
  gchar** locked = nullptr;
  if (secret_service_search_for_dbus_paths_sync(service, &schema(), attributes.get(), nullptr, &open, &locked,
                                                &error) == 0)
    return outcome_of(error);
  const bool is_open = open != nullptr && open[0] != nullptr;
  const bool is_locked = locked != nullptr && locked[0] != nullptr;
  if (is_open) path = open[0];
  g_strfreev(open);
  g_strfreev(locked);
  return is_open ? Outcome::done : is_locked ? Outcome::locked : Outcome::not_found;
}

Outcome secret_at(SecretService* service, const std::string& path, Secret& out) {
  GError* error = nullptr;
  const Owned<SecretValue> value(secret_service_get_secret_for_dbus_path_sync(service, path.c_str(), nullptr, &error));
  if (!value) return error != nullptr ? outcome_of(error) : Outcome::not_found;
  gsize size = 0;
  const gchar* const text = secret_value_get(value.get(), &size);
  out = Secret(BytesView(reinterpret_cast<const Byte*>(text), size));
  return Outcome::done;
}

// With one question. False also when that is not known.
bool default_is_open(SecretService* service) {
  GVariant* const answer =
      g_dbus_connection_call_sync(g_dbus_proxy_get_connection(G_DBUS_PROXY(service)), "org.freedesktop.secrets",
                                  "/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties", "Get",
                                  g_variant_new("(ss)", "org.freedesktop.Secret.Collection", "Locked"),
                                  G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, nullptr, nullptr);
  if (answer == nullptr) return false;
  GVariant* value = nullptr;
  g_variant_get(answer, "(v)", &value);
  const bool open = g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) != 0 && g_variant_get_boolean(value) == 0;
  g_variant_unref(value);
  g_variant_unref(answer);
  return open;
}

Outcome check_default(SecretService* service) {
  Owned<SecretCollection> collection;
  if (const Outcome found = find_default(service, collection); found != Outcome::done) return found;
  const bool open = collection && secret_collection_get_locked(collection.get()) == 0;
  return open ? Outcome::done : Outcome::locked;
}

// A provider need not say what lies in a collection that is locked: then nothing is known, and not that there is none.
Outcome find_behind_lock(SecretService* service, SecretCollection* collection, const std::string& account,
                         Owned<SecretItem>& item) {
  if (const Outcome unlocked = unlock(service, collection); unlocked != Outcome::done) return unlocked;
  return find(service, account, item);
}

Outcome load(SecretService* service, SecretItem* item, bool ask) {
  if (secret_item_get_locked(item) == 0) return Outcome::done;
  if (!ask) return Outcome::locked;
  if (const Outcome unlocked = unlock(service, item); unlocked != Outcome::done) return unlocked;
  GError* error = nullptr;
  return secret_item_load_secret_sync(item, nullptr, &error) != 0 ? Outcome::done : outcome_of(error);
}

}  // namespace

Outcome fetch(const std::string& account, bool ask, Secret& out) {
  Owned<SecretService> service;
  if (const Outcome opened = open_service(service); opened != Outcome::done) return opened;
  Owned<SecretCollection> collection;
  if (const Outcome known = find_default(service.get(), collection); known != Outcome::done) return known;
  const bool locked = collection && secret_collection_get_locked(collection.get()) != 0;
  // To search a locked collection can be enough for a provider to ask a person: KeePassXC opens a window.
  if (locked && !ask) return Outcome::locked;
  Owned<SecretItem> item;
  Outcome found = find(service.get(), account, item);
  if (found == Outcome::not_found && locked) found = find_behind_lock(service.get(), collection.get(), account, item);
  if (found != Outcome::done) return found;
  if (const Outcome loaded = load(service.get(), item.get(), ask); loaded != Outcome::done) return loaded;
  const Owned<SecretValue> value(secret_item_get_secret(item.get()));
  if (!value) return Outcome::failed;
  gsize size = 0;
  const gchar* const text = secret_value_get(value.get(), &size);
  out = Secret(BytesView(reinterpret_cast<const Byte*>(text), size));
  return Outcome::done;
}

Outcome lookup(const std::string& account, Secret& out) {
  Owned<SecretService> service;
  if (const Outcome opened = open_service(service); opened != Outcome::done) return opened;
  // Where an item lies stays the same as long as it is there, so that a second look is one question. Another one may
  // lie there later.
  static std::map<std::string, std::string> known;
  if (const auto path = known.find(account); path != known.end()) {
    const Outcome read = secret_at(service.get(), path->second, out);
    if (read == Outcome::done && out.reveal_text(RevealReason::inspect).starts_with(account + "\n")) return read;
    known.erase(path);
  }
  // libsecret would ask a person to open what it finds locked.
  if (!default_is_open(service.get())) return fetch(account, false, out);
  std::string path;
  if (const Outcome found = find_path(service.get(), account, path); found != Outcome::done) return found;
  const Outcome read = secret_at(service.get(), path, out);
  if (known.size() >= k_most_known) known.clear();
  if (read == Outcome::done) known.emplace(account, std::move(path));
  return read;
}

Outcome store(const std::string& account, const Secret& text, const char* label) {
  Owned<SecretService> service;
  if (const Outcome opened = open_service(service); opened != Outcome::done) return opened;
  if (const Outcome open = check_default(service.get()); open != Outcome::done) return open;
  GError* error = nullptr;
  const std::string_view plain = text.reveal_text(RevealReason::deliver);
  const Owned<SecretValue> value(secret_value_new(plain.data(), static_cast<gssize>(plain.size()), "text/plain"));
  // KeePassXC would ask a person before it replaces an item, and not before it changes one.
  Owned<SecretItem> item;
  if (const Outcome found = find(service.get(), account, item); found != Outcome::not_found) {
    if (found != Outcome::done) return found;
    return secret_item_set_secret_sync(item.get(), value.get(), nullptr, &error) != 0 ? Outcome::done
                                                                                      : outcome_of(error);
  }
  const auto attributes = attributes_of(account);
  const gboolean stored = secret_service_store_sync(service.get(), &schema(), attributes.get(),
                                                    SECRET_COLLECTION_DEFAULT, label, value.get(), nullptr, &error);
  return stored != 0 ? Outcome::done : outcome_of(error);
}

// What lies in a locked collection is not erased, and libsecret says nothing of it.
Outcome erase(const std::string& account) {
  Owned<SecretService> service;
  if (const Outcome opened = open_service(service); opened != Outcome::done) return opened;
  Owned<SecretCollection> collection;
  if (const Outcome known = find_default(service.get(), collection); known != Outcome::done) return known;
  if (collection && secret_collection_get_locked(collection.get()) != 0) return Outcome::locked;
  GError* error = nullptr;
  const auto attributes = attributes_of(account);
  (void)secret_service_clear_sync(service.get(), &schema(), attributes.get(), nullptr, &error);
  return error == nullptr ? Outcome::done : outcome_of(error);
}

}  // namespace strongroom::keychain
