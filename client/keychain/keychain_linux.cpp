#include "client/keychain/keychain.h"

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

Outcome store(const std::string& account, const Secret& text) {
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
  const gboolean stored =
      secret_service_store_sync(service.get(), &schema(), attributes.get(), SECRET_COLLECTION_DEFAULT,
                                "Strongroom: a key of its store", value.get(), nullptr, &error);
  return stored != 0 ? Outcome::done : outcome_of(error);
}

Outcome erase(const std::string& account) {
  Owned<SecretService> service;
  if (const Outcome opened = open_service(service); opened != Outcome::done) return opened;
  GError* error = nullptr;
  const auto attributes = attributes_of(account);
  (void)secret_service_clear_sync(service.get(), &schema(), attributes.get(), nullptr, &error);
  return error == nullptr ? Outcome::done : outcome_of(error);
}

}  // namespace strongroom::keychain
