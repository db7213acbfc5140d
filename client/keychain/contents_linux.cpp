#include "client/keychain/contents.h"

#include <string_view>
#include <utility>

#include <strongroom/base/bytes.h>
#include <strongroom/protocol/json.h>

#include "client/keychain/libsecret.h"

namespace strongroom::keychain {
namespace {

using protocol::JsonWriter;

// What secrets one answer may have: well below the largest message of D-Bus, 128 MiB.
constexpr std::size_t k_most_text = 96 * 1024 * 1024;

// A list of objects, each of which is let go with it.
class Objects {
 public:
  explicit Objects(GList* list) : list_(list) {}

  Objects(const Objects&) = delete;
  Objects& operator=(const Objects&) = delete;

  ~Objects() { g_list_free_full(list_, g_object_unref); }

  GList* get() const noexcept { return list_; }

 private:
  GList* list_;
};

void write_attributes(SecretItem* item, JsonWriter& writer) {
  const Owned<GHashTable> attributes(secret_item_get_attributes(item));
  writer.key("attributes").begin_object();
  if (attributes) {
    GHashTableIter next;
    gpointer name = nullptr;
    gpointer value = nullptr;
    g_hash_table_iter_init(&next, attributes.get());
    while (g_hash_table_iter_next(&next, &name, &value) != 0)
      writer.key(static_cast<const char*>(name)).string(static_cast<const char*>(value));
  }
  writer.end_object();
}

void write_item(SecretItem* item, JsonWriter& writer) {
  const Owned<gchar> label(secret_item_get_label(item));
  writer.begin_object().key("label").string(label ? label.get() : "");
  write_attributes(item, writer);
  if (const Owned<SecretValue> value(secret_item_get_secret(item)); value) {
    gsize size = 0;
    const gchar* const bytes = secret_value_get(value.get(), &size);
    writer.key("secret").base64({reinterpret_cast<const Byte*>(bytes), size});
  }
  writer.end_object();
}

// There was a provider a moment ago.
Outcome ended_meanwhile(Outcome outcome) {
  return outcome == Outcome::no_bus || outcome == Outcome::no_provider ? Outcome::failed : outcome;
}

Outcome write_items(SecretCollection* collection, JsonWriter& writer, const WipedString& text) {
  GError* error = nullptr;
  if (secret_collection_load_items_sync(collection, nullptr, &error) == 0) return ended_meanwhile(outcome_of(error));
  const Objects items(secret_collection_get_items(collection));
  // One by one: a provider that refuses one of many refuses all of them.
  writer.key("items").begin_array();
  for (const GList* next = items.get(); next != nullptr; next = next->next) {
    auto* const item = SECRET_ITEM(next->data);
    if (secret_item_get_locked(item) == 0 && secret_item_load_secret_sync(item, nullptr, &error) == 0) {
      const Outcome outcome = ended_meanwhile(outcome_of(std::exchange(error, nullptr)));
      if (outcome == Outcome::failed) return outcome;
    }
    write_item(item, writer);
    if (text.size() > k_most_text) return Outcome::failed;
  }
  writer.end_array();
  return Outcome::done;
}

bool is_called(SecretCollection* collection, const char* label, std::string_view name) {
  if (name.empty() || name == label) return true;
  const std::string_view path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(collection));
  return path.substr(path.rfind('/') + 1) == name;
}

}  // namespace

Outcome contents(const std::string& name, WipedString& out) {
  Owned<SecretService> service;
  if (const Outcome opened = open_service(service, SECRET_SERVICE_LOAD_COLLECTIONS); opened != Outcome::done)
    return opened;
  const Objects collections(secret_service_get_collections(service.get()));
  JsonWriter writer(out);
  writer.begin_array();
  bool any_open = false;
  bool any = false;
  for (const GList* next = collections.get(); next != nullptr; next = next->next) {
    auto* const collection = SECRET_COLLECTION(next->data);
    const Owned<gchar> label(secret_collection_get_label(collection));
    if (!is_called(collection, label ? label.get() : "", name)) continue;
    any = true;
    writer.begin_object().key("label").string(label ? label.get() : "");
    if (secret_collection_get_locked(collection) != 0) {
      writer.key("locked").boolean(true).end_object();
      continue;
    }
    any_open = true;
    if (const Outcome written = write_items(collection, writer, out); written != Outcome::done) return written;
    writer.end_object();
  }
  writer.end_array();
  out.push_back('\n');
  if (!any && !name.empty()) return Outcome::not_found;
  return any && !any_open ? Outcome::locked : Outcome::done;
}

}  // namespace strongroom::keychain
