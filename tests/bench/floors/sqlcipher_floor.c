/* SQLCipher, in this process: the rows of one overwriting put, one put to a commit, in a WAL that is synced each time.
 * The key is raw, so that no passphrase is stretched.
 * usage: sqlcipher_floor FOLDER SECONDS ITEMS HEAD_BYTES VERSION_BYTES META_BYTES   (prints puts each second) */
#define _GNU_SOURCE
#define SQLITE_HAS_CODEC
#include <sqlcipher/sqlite3.h>
#include <stdint.h>
#include <string.h>

#include "floor.h"

enum { k_heads = 1, k_versions = 2, k_system = 0, k_key = 32 };

static sqlite3* database;

static void need(int code, int wanted) {
  if (code == wanted) return;
  fprintf(stderr, "%s\n", sqlite3_errmsg(database));
  exit(1);
}

static void run(const char* sql) {
  need(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void put(sqlite3_stmt* statement, int collection, uint64_t item, const unsigned char* value, size_t size) {
  unsigned char key[k_key] = {0};
  const uint64_t spread = item * 0x9e3779b97f4a7c15ull;
  memcpy(key, &spread, sizeof spread);
  memcpy(key + sizeof spread, &item, sizeof item);
  sqlite3_bind_int(statement, 1, collection);
  sqlite3_bind_blob(statement, 2, key, k_key, SQLITE_TRANSIENT);
  sqlite3_bind_blob(statement, 3, value, (int)size, SQLITE_STATIC);
  need(sqlite3_step(statement), SQLITE_DONE);
  need(sqlite3_reset(statement), SQLITE_OK);
}

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const double seconds = atof(argv[2]);
  const uint64_t items = (uint64_t)atoll(argv[3]);
  const size_t head = (size_t)atoll(argv[4]), version = (size_t)atoll(argv[5]), meta = (size_t)atoll(argv[6]);
  unsigned char* value = calloc(1, head + version + meta);
  char path[4096];
  if (!value || items == 0 || snprintf(path, sizeof path, "%s/sqlcipher.db", argv[1]) >= (int)sizeof path) return 2;
  need(sqlite3_open(path, &database), SQLITE_OK);
  run("PRAGMA key = \"x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'\"");
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run("CREATE TABLE rows(collection INTEGER, key BLOB, value BLOB, PRIMARY KEY(collection, key)) WITHOUT ROWID");
  sqlite3_stmt* statement = NULL;
  need(sqlite3_prepare_v2(database, "REPLACE INTO rows VALUES(?1, ?2, ?3)", -1, &statement, NULL), SQLITE_OK);
  run("BEGIN");
  for (uint64_t i = 0; i < items; i++) put(statement, k_heads, i, value, head);
  run("COMMIT");
  uint64_t random = 99, count = 0;
  const double start = now_s();
  for (; now_s() - start < seconds; count++) {
    random = random * 6364136223846793005ull + 1442695040888963407ull;
    memcpy(value, &count, sizeof count);
    run("BEGIN IMMEDIATE");
    put(statement, k_versions, count, value, version);
    put(statement, k_heads, (random >> 33) % items, value, head);
    put(statement, k_system, 7, value, meta);
    run("COMMIT");
  }
  result("per_second", (double)count / (now_s() - start));
  sqlite3_finalize(statement);
  sqlite3_close(database);
  free(value);
  return 0;
}
