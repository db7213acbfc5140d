// io.strongroom.Audit: reading, proving and looking after the audit log (docs/audit.md).
#pragma once

#include <strongroom/protocol/methods/audit/care.h>
#include <strongroom/protocol/methods/audit/proving.h>
#include <strongroom/protocol/methods/audit/reading.h>

namespace strongroom::protocol::audit {

inline constexpr std::string_view interface = "io.strongroom.Audit";
inline constexpr std::string_view documentation = "Reading, proving and looking after the audit log.";
using Methods = MethodList<List, Get, Tail, GetSummary, Verify, GetCheckpoint, Prove, GetKey, Archive, AddWitness,
                           ListWitnesses, RemoveWitness, Export, Redact>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace strongroom::protocol::audit
