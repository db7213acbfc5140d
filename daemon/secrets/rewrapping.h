// Rewrapping: after a name space has a new KEK, each item of its secrets gets its DEK wrapped under it, in small pieces
// of work while everything else goes on. Fields are not touched.
//
// Nothing is kept about how far it has come: an item says itself which KEK it is under, so that a run which was
// interrupted begins anew and passes over what is done.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include <strongroom/base/result.h>

#include "daemon/store/freshness.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::secrets {

struct RewrapProgress {
  std::uint64_t rows = 0;       // looked at
  std::uint64_t rewrapped = 0;  // items
  std::uint64_t failed = 0;     // items that do not open; they stay as they are
};

class Rewrapping {
 public:
  using Tell = std::function<void(const RewrapProgress&)>;

  // All must outlive it.
  Rewrapping(const vault::Vault& vault, store::Store& store, store::FreshnessTracker& freshness);

  // Rewraps everything and tells after each piece how far it is. At its end no item is under an older KEK, whatever was
  // written meanwhile. Waits for the writer; call it on a background thread, one at a time. Errors: cancelled (`stop`),
  // locked, tampered (some items do not open: the older KEKs have to stay), those of the store.
  Result<RewrapProgress> run(std::stop_token stop, const Tell& tell);

 private:
  // A piece of work goes on at key `at` and leaves there where the next one begins; false: there are no more.
  using Piece = Result<bool> (Rewrapping::*)(store::WriteTransaction&, Bytes& at, RewrapProgress&) const;

  Status run_pieces(Piece piece, const std::stop_token& stop, const Tell& tell, RewrapProgress& progress);
  Result<bool> entries(store::WriteTransaction& transaction, Bytes& at, RewrapProgress& progress) const;
  Result<bool> versions(store::WriteTransaction& transaction, Bytes& at, RewrapProgress& progress) const;
  Status folder(store::WriteTransaction& transaction, const Bytes& key, Bytes bytes, RewrapProgress& progress) const;
  Status head(store::WriteTransaction& transaction, const Bytes& entry, RewrapProgress& progress) const;
  Status version(store::WriteTransaction& transaction, const Bytes& key, Bytes bytes, RewrapProgress& progress) const;
  Result<bool> head_item(const vault::ItemContext& context, MutableBytes head, MutableBytes current) const;
  Result<bool> anything_is_old();

  const vault::Vault& vault_;
  store::Store& store_;
  store::FreshnessTracker& freshness_;
};

}  // namespace strongroom::secrets
