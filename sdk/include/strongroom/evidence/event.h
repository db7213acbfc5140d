// What an event of the audit log says, and its encoding as two CBOR maps: the body and the box. Format:
// docs/audit-format.md, section Events.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/evidence/cbor.h>

namespace strongroom::evidence {

enum class Phase : std::uint8_t { single, intent, outcome, recovered };
enum class Decision : std::uint8_t { allowed, denied };

std::string_view name_of(Phase phase) noexcept;
std::string_view name_of(Decision decision) noexcept;

inline constexpr std::size_t k_object_size = 16;
inline constexpr std::size_t k_max_objects = 1000;
inline constexpr std::size_t k_max_event_text = 64;  // action, rule, result, actor, client
inline constexpr std::size_t k_max_detail = 256;
inline constexpr std::size_t k_max_reason = 512;
inline constexpr std::size_t k_max_path = 1024;

// Views into memory that must outlive it: the caller's when it is written, the opened plaintext when it was read.
struct Event {
  std::string_view action;
  Phase phase = Phase::single;
  Decision decision = Decision::allowed;
  std::string_view rule;
  std::string_view result;  // empty in an intent
  std::string_view actor;
  std::string_view authentication;
  std::optional<std::uint64_t> session;
  std::optional<std::uint64_t> uid;
  std::optional<std::uint64_t> pid;
  std::string_view client;
  BytesView objects;  // 16 bytes each
  std::optional<std::uint64_t> request;
  std::int64_t time_ns = 0;
  std::uint64_t boot_ns = 0;
  std::optional<std::uint64_t> generation;
  std::optional<std::uint64_t> intent;
  std::optional<std::uint64_t> count;
  std::string_view detail;
  BytesView accumulator;  // 32 bytes, or empty
  std::optional<std::uint64_t> header_generation;

  // The box.
  std::vector<std::string_view> paths;
  std::string_view reason;
  BytesView request_commitment;  // 32 bytes, or empty

  bool has_box() const noexcept { return !paths.empty() || !reason.empty() || !request_commitment.empty(); }
};

// Appends the CBOR. Texts that are too long are the caller's defect.
template <class Container>
void encode_body(const Event& event, Container& out);
template <class Container>
void encode_box(const Event& event, Container& out);

// Fill the fields of an event from opened plaintext. Error: corrupt.
Status decode_body(BytesView cbor, Event& event);
Status decode_box(BytesView cbor, Event& event);

namespace detail {

// Writes a map whose pairs may be absent: counts in a first pass, writes in a second.
template <class Container, class Pairs>
void encode_map(Container& out, const Pairs& pairs) {
  std::uint64_t count = 0;
  pairs([&](std::uint64_t, bool present, auto&&) { count += present ? 1 : 0; });
  CborWriter<Container> writer(out);
  writer.map(count);
  pairs([&](std::uint64_t key, bool present, auto&& write) {
    if (!present) return;
    writer.uint(key);
    write(writer);
  });
}

}  // namespace detail

template <class Container>
void encode_body(const Event& e, Container& out) {
  const auto text = [](std::string_view value) { return [value](auto& writer) { writer.text(value); }; };
  const auto number = [](std::optional<std::uint64_t> value) { return [value](auto& writer) { writer.uint(*value); }; };
  const auto bytes = [](BytesView value) { return [value](auto& writer) { writer.bytes(value); }; };
  const auto always = [](std::uint64_t value) { return [value](auto& writer) { writer.uint(value); }; };
  detail::encode_map(out, [&](auto&& pair) {
    pair(1, true, text(e.action));
    pair(2, true, always(static_cast<std::uint64_t>(e.phase)));
    pair(3, true, always(static_cast<std::uint64_t>(e.decision)));
    pair(4, true, text(e.rule));
    pair(5, !e.result.empty(), text(e.result));
    pair(6, true, text(e.actor));
    pair(7, true, text(e.authentication));
    pair(8, e.session.has_value(), number(e.session));
    pair(9, e.uid.has_value(), number(e.uid));
    pair(10, e.pid.has_value(), number(e.pid));
    pair(11, !e.client.empty(), text(e.client));
    pair(12, !e.objects.empty(), bytes(e.objects));
    pair(13, e.request.has_value(), number(e.request));
    pair(14, true, [&](auto& writer) { writer.integer(e.time_ns); });
    pair(15, true, always(e.boot_ns));
    pair(16, e.generation.has_value(), number(e.generation));
    pair(17, e.intent.has_value(), number(e.intent));
    pair(18, e.count.has_value(), number(e.count));
    pair(19, !e.detail.empty(), text(e.detail));
    pair(20, !e.accumulator.empty(), bytes(e.accumulator));
    pair(21, e.header_generation.has_value(), number(e.header_generation));
  });
}

template <class Container>
void encode_box(const Event& e, Container& out) {
  detail::encode_map(out, [&](auto&& pair) {
    pair(1, !e.paths.empty(), [&](auto& writer) {
      writer.array(e.paths.size());
      for (const auto path : e.paths) writer.text(path);
    });
    pair(2, !e.reason.empty(), [&](auto& writer) { writer.text(e.reason); });
    pair(3, !e.request_commitment.empty(), [&](auto& writer) { writer.bytes(e.request_commitment); });
  });
}

}  // namespace strongroom::evidence
