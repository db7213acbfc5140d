#include "tests/plugin_abi/fake_table.h"

namespace strongroom::testing {
namespace {

// A table of C functions has no place for an object, so the object of the running test stands here.
FakeBehaviour* g_behaviour = nullptr;

sr_status mark(sr_transaction*, const sr_error_sink*) {
  return SR_OK;
}

sr_status open(const sr_storage_config*, const sr_host*, sr_storage** storage, const sr_error_sink*) {
  *storage = g_behaviour->opens_null ? nullptr : reinterpret_cast<sr_storage*>(g_behaviour);
  return SR_OK;
}

sr_status begin(sr_storage*, std::uint32_t, const sr_bytes*, std::uint32_t, sr_transaction** out,
                const sr_error_sink*) {
  *out = g_behaviour->begins_null ? nullptr : reinterpret_cast<sr_transaction*>(g_behaviour);
  return SR_OK;
}

}  // namespace

sr_storage_v1 fake_table(FakeBehaviour& behaviour) {
  g_behaviour = &behaviour;
  sr_storage_v1 table{};
  table.size = sizeof table;
  table.open = &open;
  table.close = [](sr_storage*) { ++g_behaviour->closed; };
  table.health = [](sr_storage*, std::uint32_t, const sr_health_sink* sink, const sr_error_sink*) {
    return g_behaviour->health ? g_behaviour->health(*sink) : SR_OK;
  };
  table.begin = &begin;
  table.get = [](sr_transaction*, const sr_row_key* key, const sr_row_sink* sink, const sr_error_sink*) {
    return g_behaviour->get ? g_behaviour->get(*key, *sink) : SR_NOT_FOUND;
  };
  table.scan = [](sr_transaction*, const sr_range* range, const sr_row_sink* sink, const sr_error_sink*) {
    return g_behaviour->scan ? g_behaviour->scan(*range, *sink) : SR_OK;
  };
  table.put = [](sr_transaction*, const sr_row_key*, std::uint64_t, sr_bytes, const sr_error_sink* error) {
    return g_behaviour->put ? g_behaviour->put(*error) : SR_OK;
  };
  table.put_if = [](sr_transaction*, const sr_row_key*, std::uint64_t, std::uint64_t, sr_bytes, const sr_error_sink*) {
    return sr_status{SR_OK};
  };
  table.erase = [](sr_transaction*, const sr_row_key*, const sr_error_sink*) { return sr_status{SR_OK}; };
  table.savepoint = table.release = table.rollback_to = &mark;
  table.commit = [](sr_transaction*, std::uint64_t, const sr_error_sink*) {
    ++g_behaviour->committed;
    return sr_status{SR_OK};
  };
  table.rollback = [](sr_transaction*) { ++g_behaviour->rolled_back; };
  table.backup = [](sr_storage*, const sr_byte_sink*, const sr_error_sink*) { return sr_status{SR_OK}; };
  return table;
}

}  // namespace strongroom::testing
