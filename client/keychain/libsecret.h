// What the two readers of the Secret Service share: objects of GLib that go by themselves, and how calls end.
#pragma once

#include <libsecret/secret.h>

#include <memory>

#include "client/keychain/keychain.h"

namespace strongroom::keychain {

struct Free {
  void operator()(GError* error) const noexcept { g_error_free(error); }

  void operator()(SecretService* service) const noexcept { g_object_unref(service); }

  void operator()(SecretItem* item) const noexcept { g_object_unref(item); }

  void operator()(SecretCollection* collection) const noexcept { g_object_unref(collection); }

  void operator()(SecretValue* value) const noexcept { secret_value_unref(value); }

  void operator()(GHashTable* table) const noexcept { g_hash_table_unref(table); }

  void operator()(gchar* text) const noexcept { g_free(text); }
};

template <class T>
using Owned = std::unique_ptr<T, Free>;

// Takes the error.
Outcome outcome_of(GError* error);

// With a session, in which secrets cross the bus encrypted, and `more` flags.
Outcome open_service(Owned<SecretService>& service, int more = 0);

}  // namespace strongroom::keychain
