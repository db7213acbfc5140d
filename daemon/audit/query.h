// Finding events: newest first, by what they say, opening as few as possible.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/audit/event_reader.h"
#include "daemon/audit/index.h"

namespace strongroom::audit {

struct Query {
  std::optional<std::int64_t> since_s;  // by the entries' public time
  std::optional<std::int64_t> until_s;
  std::optional<std::string> actor;
  std::optional<std::string> action;
  std::optional<Bytes> object;  // id
  std::optional<evidence::Decision> decision;
  std::optional<std::uint64_t> request;
  bool records = false;  // entries that are no events too

  bool matches(const EventReader::Read& read) const;

  // Whether it asks for what only events say.
  bool asks_events() const noexcept { return actor || action || object || decision || request; }
};

// Calls `visit` for each match below `before`, newest first, until it returns false. Errors of the reader.
Status find_newest_first(EventReader& reader, const EventIndex& index, BytesView index_key, const Query& query,
                         std::uint64_t first, std::uint64_t before,
                         const std::function<bool(const EventReader::Read&)>& visit);

}  // namespace strongroom::audit
