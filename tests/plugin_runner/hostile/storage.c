/* A storage that behaves except for its act: it has the rows "a", "b" and "c" and forgets what is written. */
#include "storage.h"

#include <string.h>

static sr_status act_in(int moment, struct storage_call call, const sr_error_sink* error) {
  storage_call = call;
  world.error = error;
  return act_at(moment);
}

static sr_status open_(const sr_storage_config* config, const sr_host* host, sr_storage** storage,
                       const sr_error_sink* error) {
  world = (struct hostile_world){config->settings, config->setting_count, host, NULL, error};
  if (!is_kind("storage_no_handle_in_open")) *storage = (sr_storage*)&world;
  const sr_status status = act_at(AT_OPEN);
  world.setting_count = 0;
  return status;
}

static void close_(sr_storage* storage) {
  (void)storage;
  (void)act_at(AT_CLOSE);
}

static sr_status health(sr_storage* storage, uint32_t flags, const sr_health_sink* sink, const sr_error_sink* error) {
  (void)storage;
  (void)flags;
  const sr_status status = act_in(AT_HEALTH, (struct storage_call){.health = sink}, error);
  if (status != SR_OK || storage_call.answered) return status;
  const sr_storage_health report = {sizeof report, SR_HEALTH_GOOD, 3, 0, 0, {(const uint8_t*)"good", 4}};
  sink->health(sink->context, &report);
  return SR_OK;
}

static sr_status begin(sr_storage* storage, uint32_t flags, const sr_bytes* scopes, uint32_t scope_count,
                       sr_transaction** transaction, const sr_error_sink* error) {
  (void)storage;
  (void)flags;
  (void)scopes;
  (void)scope_count;
  if (!is_kind("storage_no_handle_in_begin")) *transaction = (sr_transaction*)&storage_call;
  return act_in(AT_BEGIN, (struct storage_call){0}, error);
}

static sr_status get(sr_transaction* transaction, const sr_row_key* key, const sr_row_sink* sink,
                     const sr_error_sink* error) {
  (void)transaction;
  const sr_status status = act_in(AT_READ, (struct storage_call){.key = key, .rows = sink}, error);
  if (status != SR_OK || storage_call.answered) return status;
  return sink->row(sink->context, key->key, 1, (sr_bytes){(const uint8_t*)"value", 5});
}

static sr_status scan(sr_transaction* transaction, const sr_range* range, const sr_row_sink* sink,
                      const sr_error_sink* error) {
  (void)transaction;
  (void)range;
  const sr_status status = act_in(AT_SCAN, (struct storage_call){.rows = sink}, error);
  if (status != SR_OK || storage_call.answered) return status;
  (void)give_row("a", 1, "value", 5);
  (void)give_row("b", 1, "value", 5);
  return give_row("c", 1, "value", 5);
}

static sr_status put(sr_transaction* transaction, const sr_row_key* key, uint64_t version, sr_bytes value,
                     const sr_error_sink* error) {
  (void)transaction;
  (void)version;
  (void)value;
  return act_in(AT_PUT, (struct storage_call){.key = key}, error);
}

static sr_status put_if(sr_transaction* transaction, const sr_row_key* key, uint64_t expected, uint64_t version,
                        sr_bytes value, const sr_error_sink* error) {
  (void)expected;
  return put(transaction, key, version, value, error);
}

static sr_status erase(sr_transaction* transaction, const sr_row_key* key, const sr_error_sink* error) {
  (void)transaction;
  (void)key;
  (void)error;
  return SR_OK;
}

static sr_status mark(sr_transaction* transaction, const sr_error_sink* error) {
  (void)transaction;
  (void)error;
  return SR_OK;
}

static sr_status commit(sr_transaction* transaction, uint64_t number, const sr_error_sink* error) {
  (void)transaction;
  (void)number;
  return act_in(AT_COMMIT, (struct storage_call){0}, error);
}

static void rollback(sr_transaction* transaction) {
  (void)transaction;
  (void)act_at(AT_ROLLBACK);
}

static sr_status backup(sr_storage* storage, const sr_byte_sink* sink, const sr_error_sink* error) {
  (void)storage;
  storage_call = (struct storage_call){.bytes = sink};
  world.error = error;
  while (is_kind("storage_endless_backup")) (void)sink->write(sink->context, (sr_bytes){(const uint8_t*)"piece", 5});
  return SR_OK;
}

static const sr_storage_v1 behaving = {sizeof behaving, 0,     open_, close_, health, begin,  get,      scan,  put,
                                       put_if,          erase, mark,  mark,   mark,   commit, rollback, backup};

#define LACKS(function) \
  if (is_kind("storage_no_" #function)) table.function = NULL

const void* hostile_table(const char* id) {
  static sr_storage_v1 table;
  if (strcmp(id, SR_STORAGE_V1_ID) != 0 || is_kind("storage_no_table")) return NULL;
  table = behaving;
  if (is_kind("storage_short_table")) table.size -= (uint32_t)sizeof(void*);
  if (is_kind("storage_tiny_table")) table.size = 0;
  if (is_kind("storage_long_table")) table.size = UINT32_MAX;
  LACKS(open);
  LACKS(close);
  LACKS(health);
  LACKS(begin);
  LACKS(get);
  LACKS(scan);
  LACKS(put);
  LACKS(put_if);
  LACKS(erase);
  LACKS(savepoint);
  LACKS(release);
  LACKS(rollback_to);
  LACKS(commit);
  LACKS(rollback);
  LACKS(backup);
  return &table;
}
