// The envelope: one sealed item with its fields. Byte layout: docs/format.md, "Envelope".
//
//   u8 version = 1, u8 suite = 1, u16 flags = 0, u32 KEK version, wrapped DEK (104), u16 field count, fields
//   field: u32 length of what follows, then chunks of at most 64 KiB of padded plaintext: nonce (24) ‖ ciphertext ‖ tag
//   (16)
//
// Each item has a fresh DEK; each chunk a random nonce, drawn here: no caller ever gives one. The DEK lives on the
// stack of a call and is wiped before it returns. Functions are thread-safe.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "daemon/vault/types.h"
#include "daemon/vault/wrap.h"

namespace strongroom::vault {

inline constexpr std::size_t k_max_fields = 256;
// Bytes of an item before its fields: all that a rewrapping reads or changes. Nothing opens without them.
inline constexpr std::size_t k_item_head = 1 + 1 + 2 + 4 + k_wrapped_size + 2;
inline constexpr std::size_t k_chunk = 64 * 1024;  // bytes of padded plaintext, as in age's STREAM

// Appends the sealed item to `out`; on failure `out` is as before. `kek` has 32 bytes. Errors: invalid_argument (a part
// of the context is longer than ItemContext says), too_large (a field above k_max_field, more than k_max_fields).
Status seal_item(const StoreId& store, const ItemContext& context, BytesView kek, std::uint32_t kek_version,
                 std::span<const BytesView> fields, Bytes& out);

// Which KEK version of the name space wraps the item's DEK. Errors: corrupt, unsupported. Nothing is authenticated yet.
Result<std::uint32_t> kek_version_of(BytesView item);

// Wraps the DEK of an item under another KEK, in place; the fields stay as they are. On failure the item is as before.
// Errors: tampered (it does not open), corrupt, unsupported, invalid_argument (as above).
Status rewrap_item(const StoreId& store, const ItemContext& context, BytesView old_kek, BytesView kek,
                   std::uint32_t kek_version, MutableBytes item);

// The fields in order, in `memory`. Errors: tampered, corrupt, unsupported, invalid_argument (as above).
Result<std::vector<Secret>> open_item(const StoreId& store, const ItemContext& context, BytesView kek, BytesView item,
                                      std::pmr::memory_resource* memory);

}  // namespace strongroom::vault
