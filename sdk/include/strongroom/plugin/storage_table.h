// The C table of a storage plugin class, and the checks that are the same for all of them. Included by storage.h;
// nothing here is for plugin authors.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <strongroom/plugin/storage.h>

namespace strongroom::plugin {
namespace detail {

struct OpenTransaction {
  std::unique_ptr<Transaction> transaction;
  bool writes = false;
  bool savepoint = false;
  std::vector<std::string> scopes;

  bool sees(BytesView scope) const noexcept {
    return std::any_of(scopes.begin(), scopes.end(), [&](const std::string& s) { return s == as_text(scope); });
  }
};

struct OpenStorage {
  std::unique_ptr<Storage> storage;
};

inline OpenStorage& of(sr_storage* handle) noexcept {
  return *reinterpret_cast<OpenStorage*>(handle);
}

inline OpenTransaction& of(sr_transaction* handle) noexcept {
  return *reinterpret_cast<OpenTransaction*>(handle);
}

inline Error invalid(const char* sentence) {
  return make_error(ErrorCode::invalid_argument, sentence);
}

inline Error too_large(const char* sentence) {
  return make_error(ErrorCode::too_large, sentence);
}

inline Result<RowKey> checked(const OpenTransaction& open, const sr_row_key& key) {
  if (key.scope.size > SR_STORAGE_MAX_SCOPE) return too_large("the scope is too long");
  if (key.key.size > SR_STORAGE_MAX_KEY) return too_large("the key is too long");
  if (key.key.size == 0) return invalid("the key is empty");
  if (!open.sees(from_abi(key.scope))) return invalid("the transaction was not begun with this scope");
  return RowKey{key.collection, from_abi(key.scope), from_abi(key.key)};
}

inline Result<RowKey> checked_write(const OpenTransaction& open, const sr_row_key& key, std::uint64_t version,
                                    sr_bytes value) {
  if (!open.writes) return invalid("a read transaction does not write");
  if (value.size > SR_STORAGE_MAX_VALUE) return too_large("the value is too long");
  if (version == 0) return invalid("versions begin at 1");
  return checked(open, key);
}

inline Result<Range> checked(const OpenTransaction& open, const sr_range& range) {
  if ((range.flags & ~SR_SCAN_REVERSE) != 0) return invalid("a flag of the range is not known");
  if (std::max({range.first.size, range.last.size}) > SR_STORAGE_MAX_KEY) return too_large("the key is too long");
  if (!open.sees(from_abi(range.scope))) return invalid("the transaction was not begun with this scope");
  return Range{range.collection,     from_abi(range.scope), from_abi(range.first),
               from_abi(range.last), range.limit,           (range.flags & SR_SCAN_REVERSE) != 0};
}

inline sr_status begin(sr_storage* storage, std::uint32_t flags, const sr_bytes* scopes, std::uint32_t scope_count,
                       sr_transaction** transaction, const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    if ((flags & ~SR_BEGIN_WRITE) != 0) return invalid("a flag of begin is not known");
    if (scope_count == 0 || scope_count > SR_STORAGE_MAX_SCOPES)
      return invalid("the number of scopes is out of bounds");
    auto open = std::make_unique<OpenTransaction>();
    open->writes = flags == SR_BEGIN_WRITE;
    for (const auto& scope : std::span(scopes, scope_count)) {
      if (scope.size > SR_STORAGE_MAX_SCOPE) return too_large("the scope is too long");
      open->scopes.emplace_back(as_text(from_abi(scope)));
    }
    STRONGROOM_ASSIGN(open->transaction, of(storage).storage->begin(open->writes ? Access::write : Access::read));
    *transaction = reinterpret_cast<sr_transaction*>(open.release());
    return {};
  });
}

inline sr_status get(sr_transaction* transaction, const sr_row_key* key, const sr_row_sink* sink,
                     const sr_error_sink* error) noexcept {
  RowSink rows(sink);
  const sr_status status = guarded(error, [&]() -> Status {
    STRONGROOM_ASSIGN(const RowKey row, checked(of(transaction), *key));
    return of(transaction).transaction->get(row, rows);
  });
  if (rows.status() != SR_OK) return rows.status();
  return status == SR_OK && rows.rows() == 0 ? SR_NOT_FOUND : status;
}

inline sr_status scan(sr_transaction* transaction, const sr_range* range, const sr_row_sink* sink,
                      const sr_error_sink* error) noexcept {
  RowSink rows(sink);
  const sr_status status = guarded(error, [&]() -> Status {
    STRONGROOM_ASSIGN(const Range wanted, checked(of(transaction), *range));
    return of(transaction).transaction->scan(wanted, rows);
  });
  return rows.status() != SR_OK ? rows.status() : status;
}

inline sr_status put(sr_transaction* transaction, const sr_row_key* key, std::uint64_t version, sr_bytes value,
                     const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    STRONGROOM_ASSIGN(const RowKey row, checked_write(of(transaction), *key, version, value));
    return of(transaction).transaction->put(row, version, from_abi(value));
  });
}

inline sr_status put_if(sr_transaction* transaction, const sr_row_key* key, std::uint64_t expected,
                        std::uint64_t version, sr_bytes value, const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    STRONGROOM_ASSIGN(const RowKey row, checked_write(of(transaction), *key, version, value));
    std::uint64_t present = 0;
    const sr_row_sink look{sizeof(sr_row_sink), 0, &present, [](void* out, sr_bytes, std::uint64_t v, sr_bytes) {
                             *static_cast<std::uint64_t*>(out) = v;
                             return sr_status{SR_OK};
                           }};
    RowSink rows(&look);
    STRONGROOM_CHECK(of(transaction).transaction->get(row, rows));
    if (present != expected) return make_error(ErrorCode::conflict, "the row has another version");
    return of(transaction).transaction->put(row, version, from_abi(value));
  });
}

inline sr_status erase(sr_transaction* transaction, const sr_row_key* key, const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    STRONGROOM_ASSIGN(const RowKey row, checked_write(of(transaction), *key, 1, {}));
    return of(transaction).transaction->erase(row);
  });
}

inline sr_status savepoint(sr_transaction* transaction, const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    if (!of(transaction).writes || of(transaction).savepoint) return invalid("no savepoint can be set here");
    STRONGROOM_CHECK(of(transaction).transaction->savepoint());
    of(transaction).savepoint = true;
    return {};
  });
}

// release and rollback_to: what happens to the mark.
template <Status (Transaction::*End)()>
sr_status end_savepoint(sr_transaction* transaction, const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    if (!of(transaction).savepoint) return invalid("there is no savepoint");
    STRONGROOM_CHECK((of(transaction).transaction.get()->*End)());
    of(transaction).savepoint = false;
    return {};
  });
}

inline void rollback(sr_transaction* transaction) noexcept {
  delete &of(transaction);
}

inline sr_status commit(sr_transaction* transaction, std::uint64_t mark, const sr_error_sink* error) noexcept {
  const sr_status status = guarded(error, [&]() -> Status {
    if (!of(transaction).writes) return invalid("a read transaction does not commit");
    if (of(transaction).savepoint) STRONGROOM_CHECK(of(transaction).transaction->release());
    return of(transaction).transaction->commit(mark);
  });
  rollback(transaction);
  return status;
}

inline void close(sr_storage* storage) noexcept {
  delete &of(storage);
}

inline sr_status health(sr_storage* storage, std::uint32_t flags, const sr_health_sink* sink,
                        const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    if ((flags & ~SR_HEALTH_THOROUGH) != 0) return invalid("a flag of health is not known");
    STRONGROOM_ASSIGN(const Health health, of(storage).storage->health(flags == SR_HEALTH_THOROUGH));
    const sr_storage_health out{sizeof(sr_storage_health),
                                (health.good ? SR_HEALTH_GOOD : 0) | (health.unclean ? SR_HEALTH_UNCLEAN : 0),
                                health.rows,
                                health.bytes,
                                health.mark,
                                to_abi(std::string_view(health.detail).substr(0, SR_MAX_TEXT))};
    sink->health(sink->context, &out);
    return {};
  });
}

inline sr_status backup(sr_storage* storage, const sr_byte_sink* sink, const sr_error_sink* error) noexcept {
  ByteSink bytes(sink);
  const sr_status status = guarded(error, [&] { return of(storage).storage->backup(bytes); });
  return bytes.status() != SR_OK ? bytes.status() : status;
}

template <class T>
sr_status open(const sr_storage_config* config, const sr_host* host, sr_storage** storage,
               const sr_error_sink* error) noexcept {
  return guarded(error, [&]() -> Status {
    auto open = std::make_unique<OpenStorage>();
    STRONGROOM_ASSIGN(open->storage, T::open(Settings(config->settings, config->setting_count), Host(host)));
    *storage = reinterpret_cast<sr_storage*>(open.release());
    return {};
  });
}

template <class T>
inline constexpr sr_storage_v1 k_storage_table = {sizeof(sr_storage_v1),
                                                  0,
                                                  &open<T>,
                                                  &close,
                                                  &health,
                                                  &begin,
                                                  &get,
                                                  &scan,
                                                  &put,
                                                  &put_if,
                                                  &erase,
                                                  &savepoint,
                                                  &end_savepoint<&Transaction::release>,
                                                  &end_savepoint<&Transaction::rollback_to>,
                                                  &commit,
                                                  &rollback,
                                                  &backup};

}  // namespace detail

template <class T>
const void* Storage::extension(const char* id) noexcept {
  static_assert(std::is_base_of_v<Storage, T>);
  return std::string_view(id) == SR_STORAGE_V1_ID ? &detail::k_storage_table<T> : nullptr;
}

}  // namespace strongroom::plugin
