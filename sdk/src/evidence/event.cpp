#include <strongroom/evidence/event.h>

#include <array>

namespace strongroom::evidence {
namespace {

constexpr std::uint64_t k_required = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 14 | 1 << 15;

Error damaged() {
  return make_error(ErrorCode::corrupt, "what the event says is malformed");
}

std::uint64_t small(CborReader& in, std::uint64_t max) {
  const std::uint64_t value = in.uint();
  if (value > max) in.fail();
  return in.ok() ? value : 0;
}

// An absent text stands for an empty one, so an empty one is never written.
std::string_view some_text(CborReader& in, std::size_t max) {
  const auto value = in.text(max);
  if (value.empty()) in.fail();
  return value;
}

BytesView exactly(CborReader& in, std::size_t size) {
  const auto value = in.bytes(size);
  if (value.size() != size) in.fail();
  return value;
}

BytesView objects(CborReader& in) {
  const auto value = in.bytes(k_max_objects * k_object_size);
  if (value.empty() || value.size() % k_object_size != 0) in.fail();
  return value;
}

void take_actor(CborReader& in, std::int64_t key, Event& e) {
  switch (key) {
    case 6:
      e.actor = some_text(in, k_max_event_text);
      break;
    case 7:
      e.authentication = some_text(in, k_max_event_text);
      break;
    case 8:
      e.session = in.uint();
      break;
    case 9:
      e.uid = in.uint();
      break;
    case 10:
      e.pid = in.uint();
      break;
    case 11:
      e.client = some_text(in, k_max_event_text);
      break;
    default:
      in.fail();
  }
}

void take_circumstance(CborReader& in, std::int64_t key, Event& e) {
  switch (key) {
    case 12:
      e.objects = objects(in);
      break;
    case 13:
      e.request = in.uint();
      break;
    case 14:
      e.time_ns = in.integer();
      break;
    case 15:
      e.boot_ns = in.uint();
      break;
    case 16:
      e.generation = in.uint();
      break;
    case 17:
      e.intent = in.uint();
      break;
    case 18:
      e.count = in.uint();
      break;
    case 19:
      e.detail = some_text(in, k_max_detail);
      break;
    case 20:
      e.accumulator = exactly(in, 32);
      break;
    case 21:
      e.header_generation = in.uint();
      break;
    default:
      in.fail();
  }
}

void take_decision(CborReader& in, std::int64_t key, Event& e) {
  switch (key) {
    case 1:
      e.action = some_text(in, k_max_event_text);
      break;
    case 2:
      e.phase = static_cast<Phase>(small(in, 3));
      break;
    case 3:
      e.decision = static_cast<Decision>(small(in, 1));
      break;
    case 4:
      e.rule = some_text(in, k_max_event_text);
      break;
    case 5:
      e.result = some_text(in, k_max_event_text);
      break;
    default:
      in.fail();
  }
}

}  // namespace

std::string_view name_of(Phase phase) noexcept {
  constexpr std::array<std::string_view, 4> k_names{"single", "intent", "outcome", "recovered"};
  return k_names[static_cast<std::size_t>(phase)];
}

std::string_view name_of(Decision decision) noexcept {
  return decision == Decision::allowed ? "allowed" : "denied";
}

Status decode_body(BytesView cbor, Event& event) {
  CborReader in(cbor);
  const std::uint64_t pairs = in.map(21);
  std::int64_t last = -1;
  std::uint64_t seen = 0;
  for (std::uint64_t i = 0; i < pairs && in.ok(); ++i) {
    const std::int64_t key = in.key(&last);
    if (!in.ok() || key > 21) return damaged();
    seen |= std::uint64_t{1} << key;
    if (key <= 5)
      take_decision(in, key, event);
    else if (key <= 11)
      take_actor(in, key, event);
    else
      take_circumstance(in, key, event);
  }
  if (!in.finished() || (seen & k_required) != k_required) return damaged();
  return {};
}

Status decode_box(BytesView cbor, Event& event) {
  CborReader in(cbor);
  const std::uint64_t pairs = in.map(3);
  std::int64_t last = -1;
  for (std::uint64_t i = 0; i < pairs && in.ok(); ++i) {
    const std::int64_t key = in.key(&last);
    if (key == 1) {
      const std::uint64_t count = in.array(k_max_objects);
      if (count == 0) in.fail();
      for (std::uint64_t n = 0; n < count && in.ok(); ++n) event.paths.push_back(in.text(k_max_path));
    } else if (key == 2) {
      event.reason = some_text(in, k_max_reason);
    } else if (key == 3) {
      event.request_commitment = exactly(in, 32);
    } else {
      in.fail();
    }
  }
  if (!in.finished() || pairs == 0) return damaged();
  return {};
}

}  // namespace strongroom::evidence
