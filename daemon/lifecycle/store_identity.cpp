#include "daemon/lifecycle/store_identity.h"

#include <algorithm>

#include <strongroom/base/derive.h>

namespace strongroom::lifecycle {

namespace {

constexpr std::string_view k_identity = "identity";
constexpr std::string_view k_accumulator = "accumulator";

vault::ItemContext meta_context(std::string_view row, std::uint64_t version) {
  return {.kind = "meta",
          .name_space = "default",
          .table = "meta",
          .row = as_bytes(row),
          .parent = {},
          .version = version,
          .owner = {},
          .schema = 1};
}

store::RowKey meta_row(std::string_view row) {
  return {k_meta, {}, as_bytes(row)};
}

Status write_row(store::WriteTransaction& transaction, const vault::Vault& vault, std::string_view name,
                 BytesView plain) {
  STRONGROOM_ASSIGN(const auto present, transaction.get(meta_row(name)));
  const std::uint64_t version = present ? present->version + 1 : 1;
  Bytes sealed;
  const BytesView fields[] = {plain};
  STRONGROOM_CHECK(vault.seal(meta_context(name, version), fields, sealed));
  return transaction.put(meta_row(name), version, sealed);
}

Result<std::optional<Bytes>> read_row(store::ReadTransaction& transaction, const vault::Vault& vault,
                                      std::string_view name) {
  STRONGROOM_ASSIGN(const auto row, transaction.get(meta_row(name)));
  if (!row) return std::optional<Bytes>();
  STRONGROOM_ASSIGN(const auto fields, vault.open(meta_context(name, row->version), row->bytes, wiped_heap()));
  if (fields.size() != 1) return make_error(ErrorCode::corrupt, "a row of the store is damaged");
  const BytesView plain = fields.front().reveal(RevealReason::inspect);
  return std::optional<Bytes>(Bytes(plain.begin(), plain.end()));
}

struct Identity {
  std::uint32_t format = 0;
  vault::StoreId id{};
  std::uint64_t header_generation = 0;
};

Result<Identity> parse(const Bytes& bytes) {
  ByteReader reader(bytes);
  Identity identity;
  identity.format = reader.u32();
  const BytesView id = reader.raw(identity.id.size());
  identity.header_generation = reader.u64();
  if (!reader.finished()) return make_error(ErrorCode::corrupt, "the identity of the store is damaged");
  std::ranges::copy(id, identity.id.begin());
  return identity;
}

}  // namespace

Status write_identity(store::Store& store, const vault::Vault& vault) {
  Bytes plain;
  ByteWriter writer(plain);
  writer.u32(k_store_format);
  writer.raw(vault.store_id());
  writer.u64(vault.header_report().generation);
  return store.write_and_wait(
      [&](store::WriteTransaction& transaction) { return write_row(transaction, vault, k_identity, plain); });
}

Result<std::uint64_t> check_identity(store::Store& store, const vault::Vault& vault) {
  std::optional<Bytes> plain;
  STRONGROOM_CHECK(store.read([&](store::ReadTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(plain, read_row(transaction, vault, k_identity));
    return {};
  }));
  if (!plain) return make_error(ErrorCode::not_found, "the store is empty although it has keys; its data was removed");
  STRONGROOM_ASSIGN(const Identity identity, parse(*plain));
  if (identity.format > k_store_format)
    return make_error(ErrorCode::unsupported, "the store was written by a newer version of Strongroom");
  if (identity.id != vault.store_id()) return make_error(ErrorCode::tampered, "the data belongs to another store");
  if (vault.header_report().generation < identity.header_generation)
    return make_error(ErrorCode::tampered, "the key header was replaced by an older one outside Strongroom");
  return identity.header_generation;
}

namespace {

Status save_accumulator(store::WriteTransaction& transaction, const vault::Vault& vault,
                        const store::Accumulator& accumulator) {
  Bytes plain;
  ByteWriter writer(plain);
  writer.raw(accumulator.sum);
  writer.u64(accumulator.rows);
  if (accumulator.generation) {
    writer.u64(*accumulator.generation);
    writer.u32(static_cast<std::uint32_t>(accumulator.intents.size()));
    for (const std::uint64_t intent : accumulator.intents) writer.u64(intent);
  }
  return write_row(transaction, vault, k_accumulator, plain);
}

Result<std::optional<store::Accumulator>> load_accumulator(store::ReadTransaction& transaction,
                                                           const vault::Vault& vault) {
  STRONGROOM_ASSIGN(const auto plain, read_row(transaction, vault, k_accumulator));
  if (!plain) return std::optional<store::Accumulator>();
  store::Accumulator accumulator;
  ByteReader reader(*plain);
  const BytesView sum = reader.raw(accumulator.sum.size());
  accumulator.rows = reader.u64();
  // Stores of versions without an audit log end here.
  if (reader.ok() && reader.left() != 0) {
    accumulator.generation = reader.u64();
    const std::uint32_t count = reader.u32();
    if (reader.left() / 8 == count)
      for (std::uint32_t i = 0; i < count; ++i) accumulator.intents.push_back(reader.u64());
  }
  if (!reader.finished()) return make_error(ErrorCode::corrupt, "the accumulator of the store is damaged");
  std::ranges::copy(sum, accumulator.sum.begin());
  return std::optional<store::Accumulator>(accumulator);
}

}  // namespace

Status adopt_restored(store::Store& store, const vault::Vault& vault) {
  STRONGROOM_CHECK(store.write_and_wait([&](store::WriteTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(auto accumulator, load_accumulator(transaction, vault));
    if (!accumulator) return {};
    accumulator->intents.clear();
    return save_accumulator(transaction, vault, *accumulator);
  }));
  return write_identity(store, vault);
}

Result<audit::StoreState> audited_state(store::Store& store, const vault::Vault& vault) {
  std::optional<store::Accumulator> stored;
  STRONGROOM_CHECK(store.read([&](store::ReadTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(stored, load_accumulator(transaction, vault));
    return {};
  }));
  const store::Accumulator accumulator = stored.value_or(store::Accumulator{});
  return audit::StoreState{.generation = accumulator.generation,
                           .accumulator = accumulator_digest(accumulator),
                           .header_generation = vault.header_report().generation,
                           .intents = accumulator.intents};
}

store::Digest256 accumulator_digest(const store::Accumulator& accumulator) {
  Bytes rows;
  rows.reserve(8);
  ByteWriter(rows).u64(accumulator.rows);
  store::Digest256 digest{};
  checksum("SRM/audit/accumulator/v1", {accumulator.sum, rows}, digest);
  return digest;
}

store::FreshnessPorts accumulator_ports(const vault::Vault& vault) {
  return {.prf =
              [&vault](BytesView message) {
                const BytesView parts[] = {message};
                return vault.keyed_hash(vault::SystemKey::accumulator, "SRM/accumulator/v1", parts);
              },
          .digest =
              [](BytesView bytes) {
                store::Digest256 digest{};
                checksum("SRM/row/v1", {bytes}, digest);
                return digest;
              },
          .save =
              [&vault](store::WriteTransaction& transaction, const store::Accumulator& accumulator) {
                return save_accumulator(transaction, vault, accumulator);
              },
          .load = [&vault](store::ReadTransaction& transaction) { return load_accumulator(transaction, vault); }};
}

}  // namespace strongroom::lifecycle
