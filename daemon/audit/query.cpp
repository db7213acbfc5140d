#include "daemon/audit/query.h"

#include <algorithm>

namespace strongroom::audit {

namespace {

bool names_object(BytesView objects, BytesView wanted) {
  for (std::size_t at = 0; at < objects.size(); at += evidence::k_object_size)
    if (std::ranges::equal(objects.subspan(at, evidence::k_object_size), wanted)) return true;
  return false;
}

}  // namespace

bool Query::matches(const EventReader::Read& read) const {
  if (since_s && read.entry.header.time_s < *since_s) return false;
  if (until_s && read.entry.header.time_s >= *until_s) return false;
  if (!read.event) return records && !asks_events();
  const auto& event = read.event->event;
  if (actor && event.actor != *actor) return false;
  if (action && event.action != *action) return false;
  if (object && !names_object(event.objects, *object)) return false;
  if (decision && event.decision != *decision) return false;
  return !request || event.request == request;
}

namespace {

// A query as the index sees it.
class Filter {
 public:
  explicit Filter(const Query& query) : query_(query), records_(query.records && !query.asks_events()) {
    if (query.actor) actor_ = actor_tag(*query.actor);
    if (query.action) action_ = action_tag(*query.action);
    if (query.object) object_ = object_tag(*query.object);
  }

  bool may_match(const IndexHead& head) const {
    if (query_.since_s && head.most_s < *query_.since_s) return false;
    if (query_.until_s && head.least_s >= *query_.until_s) return false;
    if (records_ && (head.flags & IndexRow::k_record) != 0) return true;
    if (query_.request && (*query_.request < head.least_request || *query_.request > head.most_request)) return false;
    if (actor_ && !head.actors.contains(*actor_)) return false;
    if (action_ && !head.actions.contains(*action_)) return false;
    if (object_ && !head.may_have_object(*object_)) return false;
    if (!query_.decision) return true;
    const bool denied = *query_.decision == evidence::Decision::denied;
    return (head.flags & (denied ? IndexRow::k_denied : IndexRow::k_allowed)) != 0;
  }

  bool may_match(const IndexRow& row) const {
    if ((row.flags & IndexRow::k_event) == 0) return records_;
    if (actor_ && row.actor != *actor_) return false;
    if (action_ && row.action != *action_) return false;
    if (object_ && (row.flags & IndexRow::k_many) == 0 && row.object != *object_) return false;
    if (!query_.decision) return true;
    return ((row.flags & IndexRow::k_denied) != 0) == (*query_.decision == evidence::Decision::denied);
  }

 private:
  const Query& query_;
  const bool records_;
  std::optional<std::uint8_t> actor_;
  std::optional<std::uint16_t> action_;
  std::optional<std::uint32_t> object_;
};

// Which entries of [begin, end) may match, oldest first. What the index does not know is read forwards, which is
// cheap; backwards each step derives keys anew.
Result<std::vector<std::uint64_t>> candidates(EventReader& reader, const EventIndex& index, BytesView index_key,
                                              const Filter& filter, const Query& query, std::uint64_t begin,
                                              std::uint64_t end) {
  std::vector<std::uint64_t> found;
  const std::uint64_t block = begin / k_block;
  IndexHead head;
  if (index.find(block, index_key, head) && !filter.may_match(head)) return found;
  IndexRows rows;
  const bool known = index.find(block, index_key, rows);
  for (std::uint64_t sequence = begin; sequence < end; ++sequence) {
    if (known) {
      if (filter.may_match(rows[sequence % k_block])) found.push_back(sequence);
      continue;
    }
    STRONGROOM_ASSIGN(const auto read, reader.read(sequence));
    if (query.matches(read)) found.push_back(sequence);
  }
  return found;
}

}  // namespace

Status find_newest_first(EventReader& reader, const EventIndex& index, BytesView index_key, const Query& query,
                         std::uint64_t first, std::uint64_t before,
                         const std::function<bool(const EventReader::Read&)>& visit) {
  const Filter filter(query);
  for (std::uint64_t end = before; end > first;) {
    const std::uint64_t block = (end - 1) / k_block;
    const std::uint64_t begin = std::max(block * k_block, first);
    STRONGROOM_ASSIGN(const auto found, candidates(reader, index, index_key, filter, query, begin, end));
    for (auto sequence = found.rbegin(); sequence != found.rend(); ++sequence) {
      STRONGROOM_ASSIGN(const auto read, reader.read(*sequence));
      if (query.matches(read) && !visit(read)) return {};
    }
    end = begin;
  }
  return {};
}

}  // namespace strongroom::audit
