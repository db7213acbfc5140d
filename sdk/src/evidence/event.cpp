#include <strongroom/evidence/event.h>

#include <algorithm>
#include <array>
#include <limits>

#include <strongroom/protocol/json.h>

namespace strongroom::evidence {
namespace {

constexpr std::uint64_t k_required = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 14 | 1 << 15;
constexpr std::array<std::string_view, 5> k_rules{"owner", "state", "protocol", "limit", "system"};
constexpr std::array<std::string_view, 2> k_authentications{"peer", "none"};
constexpr std::uint64_t k_u32 = 0xffffffff;

Error damaged() {
  return make_error(ErrorCode::corrupt, "what the event says is malformed");
}

std::uint64_t small(CborReader& in, std::uint64_t max) {
  const std::uint64_t value = in.uint();
  if (value > max) in.fail();
  return in.ok() ? value : 0;
}

// What has a place in JSON.
std::uint64_t number(CborReader& in) {
  return small(in, std::numeric_limits<std::int64_t>::max());
}

// An absent text stands for an empty one, so an empty one is never written.
std::string_view some_text(CborReader& in, std::size_t max) {
  const auto value = in.text(max);
  if (value.empty() || !protocol::is_utf8(value)) in.fail();
  return value;
}

std::string_view path(CborReader& in) {
  const auto value = in.text(k_max_path);
  if (!protocol::is_utf8(value)) in.fail();
  return value;
}

// Of an action or a result.
std::string_view name(CborReader& in) {
  const auto value = in.text(k_max_event_text);
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
  if (value.empty() || !std::ranges::all_of(value, fits)) in.fail();
  return value;
}

template <std::size_t N>
std::string_view one_of(CborReader& in, const std::array<std::string_view, N>& known) {
  const auto value = in.text(k_max_event_text);
  if (std::ranges::find(known, value) == known.end()) in.fail();
  return value;
}

// "uid:" and a user id in decimal, or a word for who has none.
std::string_view actor(CborReader& in) {
  const auto value = in.text(k_max_event_text);
  if (value == "system" || value == "peer" || value == "others") return value;
  constexpr std::string_view k_prefix = "uid:";
  constexpr std::size_t k_most_digits = 10;
  const std::string_view digits = value.substr(std::min(k_prefix.size(), value.size()));
  const bool decimal = !digits.empty() && digits.size() <= k_most_digits && (digits == "0" || digits[0] != '0') &&
                       digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!value.starts_with(k_prefix) || !decimal) in.fail();
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
      e.actor = actor(in);
      break;
    case 7:
      e.authentication = one_of(in, k_authentications);
      break;
    case 8:
      e.session = number(in);
      break;
    case 9:
      e.uid = small(in, k_u32);
      break;
    case 10:
      e.pid = small(in, k_u32);
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
      e.request = number(in);
      break;
    case 14:
      e.time_ns = in.integer();
      break;
    case 15:
      e.boot_ns = number(in);
      break;
    case 16:
      e.generation = number(in);
      break;
    case 17:
      e.intent = number(in);
      break;
    case 18:
      e.count = number(in);
      if (*e.count < 2) in.fail();
      break;
    case 19:
      e.detail = some_text(in, k_max_detail);
      break;
    case 20:
      e.accumulator = exactly(in, 32);
      break;
    case 21:
      e.header_generation = number(in);
      break;
    default:
      in.fail();
  }
}

void take_decision(CborReader& in, std::int64_t key, Event& e) {
  switch (key) {
    case 1:
      e.action = name(in);
      break;
    case 2:
      e.phase = static_cast<Phase>(small(in, 3));
      break;
    case 3:
      e.decision = static_cast<Decision>(small(in, 1));
      break;
    case 4:
      e.rule = one_of(in, k_rules);
      break;
    case 5:
      e.result = name(in);
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
  if (event.phase == Phase::intent && !event.result.empty()) return damaged();
  if (event.intent && event.phase != Phase::outcome && event.phase != Phase::recovered) return damaged();
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
      for (std::uint64_t n = 0; n < count && in.ok(); ++n) event.paths.push_back(path(in));
    } else if (key == 2) {
      event.reason = some_text(in, k_max_reason);
    } else if (key == 3) {
      event.request_commitment = exactly(in, 32);
    } else {
      in.fail();
    }
  }
  if (!in.finished()) return damaged();
  return {};
}

}  // namespace strongroom::evidence
