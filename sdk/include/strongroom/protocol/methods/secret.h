// io.strongroom.Secret: named secrets with fields and versions.
//
// A path is UTF-8 in NFC, its segments split by '/', none empty, "." or "..", no control characters, at most 512 bytes
// and 16 levels. A version has 1 to 64 fields, together at most 1 MiB. Values travel in `fields`; the names of those
// that carry base64 stand in `base64` (secret_fields.h packs and unpacks them).
#pragma once

#include <strongroom/protocol/methods/secret/finding.h>
#include <strongroom/protocol/methods/secret/life.h>
#include <strongroom/protocol/methods/secret/placing.h>
#include <strongroom/protocol/methods/secret/values.h>
#include <strongroom/protocol/methods/secret/watch.h>

namespace strongroom::protocol::secret {

inline constexpr std::string_view interface = "io.strongroom.Secret";
inline constexpr std::string_view documentation = "Named secrets with fields and versions.";
using Methods = MethodList<Get, Put, GetMany, PutMany, List, GetHistory, Search, Delete, Undelete, Destroy, Purge, Move,
                           Copy, Rollback, Update, Watch, Promote, ForgetSession>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace strongroom::protocol::secret
