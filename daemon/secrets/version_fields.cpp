#include "daemon/secrets/version_fields.h"

#include <algorithm>

#include <strongroom/protocol/methods/secret/common.h>

#include "daemon/secrets/path.h"

namespace strongroom::secrets {

namespace {

constexpr std::size_t k_most_bytes = 2 * protocol::secret::k_max_version_bytes;

Error damaged() {
  return make_error(ErrorCode::corrupt, "a row of the store is damaged");
}

}  // namespace

Secret packed(const protocol::NamedSecret& field) {
  Bytes head;
  ByteWriter(head).text(field.name);
  Secret out = Secret::of_size(head.size() + field.value.size(), field.value.memory());
  const auto at = std::copy(head.begin(), head.end(), out.writable().begin());
  std::ranges::copy(field.value.reveal(RevealReason::seal), at);
  return out;
}

Result<protocol::NamedSecret> unpacked(Secret field) {
  ByteReader reader(field.reveal(RevealReason::transmit));
  std::string name(reader.text(k_max_field_name));
  if (!reader.ok()) return damaged();
  field.drop_front(field.size() - reader.left());
  return protocol::NamedSecret{std::move(name), std::move(field)};
}

Bytes plain_row(const SecretMap& values) {
  Bytes out;
  ByteWriter writer(out);
  writer.u16(static_cast<std::uint16_t>(values.size()));
  for (const auto& field : values) {
    const Secret plain = packed(field);
    writer.bytes(plain.reveal(RevealReason::inspect));
  }
  return out;
}

Result<SecretMap> values_of_plain_row(BytesView row, std::pmr::memory_resource* memory) {
  ByteReader reader(row);
  const std::size_t count = reader.u16();
  if (!reader.ok() || count > protocol::secret::k_max_fields) return damaged();
  SecretMap values;
  for (std::size_t i = 0; i < count; ++i) {
    const BytesView field = reader.bytes(k_most_bytes);
    if (!reader.ok()) return damaged();
    STRONGROOM_ASSIGN(auto value, unpacked(Secret(field, memory)));
    values.push_back(std::move(value));
  }
  if (!reader.finished()) return damaged();
  return values;
}

}  // namespace strongroom::secrets
