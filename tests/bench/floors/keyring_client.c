/* The same questions asked of gnome-keyring through libsecret, on the session bus of the environment.
 * usage: keyring_client get ITEMS SECONDS        random lookups, each second
 *        keyring_client put ITEMS COUNT SECONDS  overwrites of random items, each second
 *        keyring_client password PATH PASSWORD   gives the collection at PATH a password, so that it lies encrypted
 *        keyring_client start PASSWORD           starts the daemon: milliseconds to its first answer and first secret
 */
#define _GNU_SOURCE
#define SECRET_API_SUBJECT_TO_CHANGE
#include <fcntl.h>
#include <libsecret/secret.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"

static const SecretSchema schema = {
    .name = "org.example.Bench",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"service", SECRET_SCHEMA_ATTRIBUTE_STRING}, {"id", SECRET_SCHEMA_ATTRIBUTE_STRING}, {NULL, 0}}};
static char secret[257];

static void fail(const char* what, const GError* error) {
  fprintf(stderr, "%s: %s\n", what, error ? error->message : "no answer");
  exit(1);
}

static void put(int i) {
  char id[32], label[64];
  GError* error = NULL;
  snprintf(id, sizeof id, "%d", i);
  snprintf(label, sizeof label, "item %d", i);
  if (!secret_password_store_sync(&schema, SECRET_COLLECTION_DEFAULT, label, secret, NULL, &error, "service", "bench",
                                  "id", id, NULL))
    fail("store", error);
}

static void get(int i) {
  char id[32];
  GError* error = NULL;
  snprintf(id, sizeof id, "%d", i);
  gchar* found = secret_password_lookup_sync(&schema, NULL, &error, "service", "bench", "id", id, NULL);
  if (!found) fail("lookup", error);
  secret_password_free(found);
}

static int next_item(int items) {
  static uint32_t random = 99;
  random = random * 1664525u + 1013904223u;
  return (int)((random >> 8) % (uint32_t)items);
}

static void measure(void (*operation)(int), int items, int count, double seconds) {
  get(0);
  int n = 0;
  const double start = now_s();
  for (; n < count && now_s() - start < seconds; n++) operation(next_item(items));
  result("per_second", n / (now_s() - start));
}

static GVariant* call(GDBusConnection* bus, const char* name, const char* path, const char* interface,
                      const char* method, GVariant* parameters) {
  GError* error = NULL;
  GVariant* answer = g_dbus_connection_call_sync(bus, name, path, interface, method, parameters, NULL,
                                                 G_DBUS_CALL_FLAGS_NONE, 120000, NULL, &error);
  if (!answer) fail(method, error);
  return answer;
}

static GVariant* plain(const char* session, const char* text) {
  return g_variant_new("(o@ay@ays)", session, g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, "", 0, 1),
                       g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, text, strlen(text), 1), "text/plain");
}

static void set_password(GDBusConnection* bus, const char* collection, const char* password) {
  static const char k_name[] = "org.freedesktop.secrets", k_path[] = "/org/freedesktop/secrets";
  GVariant* opened = call(bus, k_name, k_path, "org.freedesktop.Secret.Service", "OpenSession",
                          g_variant_new("(sv)", "plain", g_variant_new_string("")));
  GVariant* output = NULL;
  const char* session = NULL;
  g_variant_get(opened, "(v&o)", &output, &session);
  call(bus, k_name, k_path, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "ChangeWithMasterPassword",
       g_variant_new("(o@(oayays)@(oayays))", collection, plain(session, ""), plain(session, password)));
}

static void start(GDBusConnection* bus, const char* password) {
  int input[2];
  if (pipe(input)) die("pipe");
  const double begin = now_s();
  const pid_t daemon = fork();
  if (daemon == 0) {
    dup2(input[0], 0);
    close(input[0]);
    close(input[1]);
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, 1);
    dup2(nothing, 2);
    execlp("gnome-keyring-daemon", "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", NULL);
    _exit(127);
  }
  close(input[0]);
  if (write(input[1], password, strlen(password)) < 0) die("write");
  close(input[1]);
  for (gboolean owned = FALSE; !owned && now_s() - begin < 30;) {
    GVariant* answer = call(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                            "NameHasOwner", g_variant_new("(s)", "org.freedesktop.secrets"));
    g_variant_get(answer, "(b)", &owned);
    if (!owned) usleep(500);
  }
  call(bus, "org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.DBus.Peer", "Ping", NULL);
  result("answer_ms", (now_s() - begin) * 1e3);
  get(0);
  result("secret_ms", (now_s() - begin) * 1e3);
  kill(daemon, SIGTERM);
  waitpid(daemon, NULL, 0);
}

int main(int argc, char** argv) {
  memset(secret, 's', 256);
  if (argc < 3) return 2;
  if (!strcmp(argv[1], "get") && argc == 4) {
    measure(get, atoi(argv[2]), 1 << 30, atof(argv[3]));
    return 0;
  }
  if (!strcmp(argv[1], "put") && argc == 5) {
    measure(put, atoi(argv[2]), atoi(argv[3]), atof(argv[4]));
    return 0;
  }
  GError* error = NULL;
  GDBusConnection* bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
  if (!bus) fail("bus", error);
  if (!strcmp(argv[1], "password") && argc == 4)
    set_password(bus, argv[2], argv[3]);
  else if (!strcmp(argv[1], "start") && argc == 3)
    start(bus, argv[2]);
  else
    return 2;
  return 0;
}
