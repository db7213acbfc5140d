#include "client/keychain/libsecret.h"

#include <sys/stat.h>

#include <cstdlib>
#include <initializer_list>
#include <string>

namespace strongroom::keychain {
namespace {

// GLib starts a bus of its own where there is none, which nobody would ever end.
bool has_bus() {
  if (std::getenv("DBUS_SESSION_BUS_ADDRESS") != nullptr) return true;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  struct stat found{};
  return runtime != nullptr && stat((std::string(runtime) + "/bus").c_str(), &found) == 0;
}

bool is_of(const GError* error, GQuark domain, std::initializer_list<int> codes) {
  for (const int code : codes)
    if (g_error_matches(error, domain, code)) return true;
  return false;
}

}  // namespace

Outcome outcome_of(GError* raw) {
  const Owned<GError> error(raw);
  if (is_of(raw, G_DBUS_ERROR,
            {G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND,
             G_DBUS_ERROR_SPAWN_CHILD_EXITED, G_DBUS_ERROR_SPAWN_EXEC_FAILED, G_DBUS_ERROR_SPAWN_FAILED}))
    return Outcome::no_provider;
  if (is_of(raw, G_IO_ERROR, {G_IO_ERROR_NOT_FOUND, G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_NOT_CONNECTED}) ||
      is_of(raw, G_DBUS_ERROR, {G_DBUS_ERROR_NO_SERVER}))
    return Outcome::no_bus;
  if (is_of(raw, SECRET_ERROR, {SECRET_ERROR_IS_LOCKED})) return Outcome::locked;
  if (is_of(raw, SECRET_ERROR, {SECRET_ERROR_NO_SUCH_OBJECT})) return Outcome::not_found;
  if (is_of(raw, G_IO_ERROR, {G_IO_ERROR_CANCELLED}) || is_of(raw, G_DBUS_ERROR, {G_DBUS_ERROR_ACCESS_DENIED}))
    return Outcome::denied;
  return Outcome::failed;
}

Outcome open_service(Owned<SecretService>& service, int more) {
  if (!has_bus()) return Outcome::no_bus;
  GError* error = nullptr;
  service.reset(
      secret_service_get_sync(static_cast<SecretServiceFlags>(SECRET_SERVICE_OPEN_SESSION | more), nullptr, &error));
  if (!service) return outcome_of(error);
  // libsecret opens a session with the provider anew for each service that nobody holds.
  static const Owned<SecretService> kept(SECRET_SERVICE(g_object_ref(service.get())));
  return Outcome::done;
}

}  // namespace strongroom::keychain
