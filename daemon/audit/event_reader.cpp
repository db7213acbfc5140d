#include "daemon/audit/event_reader.h"

#include <algorithm>

namespace strongroom::audit {
namespace {

constexpr std::uint32_t k_between_marks = 16;

}  // namespace

EventReader::EventReader(const std::filesystem::path& log_folder, BlockOffsets& offsets, const evidence::LogId& log,
                         const LogKeys& keys, vault::KeyArena& arena, std::uint64_t end, const std::atomic<bool>* stop)
    : folder_(log_folder),
      offsets_(offsets),
      log_(log),
      keys_(keys),
      arena_(arena),
      end_(end),
      stop_(stop),
      cursor_(log_folder, offsets) {}

Result<EventReader::Read> EventReader::read(std::uint64_t sequence) {
  if (stop_ && *stop_) return make_error(ErrorCode::locked, "the store was locked");
  if (sequence >= end_) return make_error(ErrorCode::not_found, "there is no such entry in the log", "sequence");
  STRONGROOM_CHECK(cursor_.seek(sequence));
  STRONGROOM_ASSIGN(const auto bytes, cursor_.next());
  if (!bytes) return make_error(ErrorCode::not_found, "there is no such entry in the log", "sequence");
  Read read{.sequence = sequence,
            .bytes = *bytes,
            .entry = {},
            .event = {},
            .disclosure = {},
            .segment = cursor_.segment(),
            .slot_offset = cursor_.slot_offset()};
  STRONGROOM_ASSIGN(read.entry, evidence::parse_entry(*bytes));
  if (const auto* key = std::get_if<evidence::KeyEntry>(&read.entry.content)) {
    STRONGROOM_ASSIGN(ChainStart start, open_chain(sequence, *key));
    begin_chain(std::move(start));
    known_until_ = sequence;
  }
  const bool reads_on = record_ && sequence == known_until_ + 1;
  if (reads_on) known_until_ = sequence;
  const auto* event = std::get_if<evidence::EventEntry>(&read.entry.content);
  if (!event) return read;
  if (!record_ || *record_ > sequence || sequence > known_until_) {
    const Status taken = take_chain(sequence);
    // Its key went with an archive: what it says cannot be read here any more.
    if (!taken && taken.error().code == ErrorCode::not_found) return read;
    if (!taken) return taken.error();
  }
  STRONGROOM_ASSIGN(read.disclosure, key_for(event->key_index, cursor_.slot()));
  auto opened = evidence::open_event(log_, read.entry, read.disclosure);
  if (!opened && opened.error().code == ErrorCode::wrong_credential)
    return make_error(ErrorCode::tampered, "entry " + std::to_string(sequence) + " does not open with its key");
  if (!opened) return std::move(opened).error();
  read.event = std::move(*opened);
  return read;
}

Result<ChainStart> EventReader::open_chain(std::uint64_t record, const evidence::KeyEntry& key) {
  ChainStart start;
  start.record = record;
  STRONGROOM_ASSIGN(start.key, arena_.take(32));
  WipedBytes plain(evidence::k_key_box - 48, wiped_heap());
  STRONGROOM_CHECK(open_box(key.sealed, keys_, plain));
  ByteReader reader(plain);
  std::ranges::copy(reader.raw(32), start.key.writable().begin());
  start.pin.generation = reader.u64();
  std::ranges::copy(reader.raw(32), start.pin.accumulator.begin());
  start.pin.header_generation = reader.u64();
  start.oldest_intent = reader.u64();
  return start;
}

Result<std::uint64_t> EventReader::chain_of(std::uint64_t sequence) {
  EntryCursor cursor(folder_, offsets_);
  std::uint64_t from = sequence < evidence::k_most_between_keys ? 0 : sequence - evidence::k_most_between_keys;
  // The prefix may be archived; a chain that began there cannot be opened any more.
  if (!cursor.seek(from)) {
    STRONGROOM_ASSIGN(const auto places, evidence::list_segments(folder_));
    if (places.empty()) return make_error(ErrorCode::not_found, "the log is empty");
    STRONGROOM_CHECK(cursor.seek(places.front().first));
  }
  std::optional<std::uint64_t> found;
  while (cursor.sequence() < sequence) {
    STRONGROOM_ASSIGN(const auto bytes, cursor.next());
    if (!bytes) break;
    if (bytes->size() > 1 && (*bytes)[1] == static_cast<Byte>(evidence::EntryType::key)) found = cursor.sequence() - 1;
  }
  if (!found) return make_error(ErrorCode::not_found, "the key of this entry is archived", "sequence");
  return *found;
}

// The cursor has passed what lies between the beginning of the block and the entry.
Status EventReader::take_chain(std::uint64_t sequence) {
  Bytes bytes(cursor_.last_key_record().begin(), cursor_.last_key_record().end());
  if (bytes.empty()) {
    STRONGROOM_ASSIGN(const std::uint64_t record, chain_of(sequence / k_block * k_block));
    EntryCursor cursor(folder_, offsets_);
    STRONGROOM_CHECK(cursor.seek(record));
    STRONGROOM_ASSIGN(const auto found, cursor.next());
    if (found) bytes.assign(found->begin(), found->end());
  }
  STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(bytes));
  const auto* key = std::get_if<evidence::KeyEntry>(&entry.content);
  if (!key) return make_error(ErrorCode::corrupt, "a key record is missing");
  known_until_ = sequence;
  if (record_ == entry.header.sequence) return {};
  STRONGROOM_ASSIGN(ChainStart start, open_chain(entry.header.sequence, *key));
  begin_chain(std::move(start));
  return {};
}

void EventReader::begin_chain(ChainStart start) {
  record_ = start.record;
  chain_.reset();
  marks_.clear();
  marks_.push_back(std::move(start.key));
}

// What reads backwards would derive the whole chain for each entry, were it not for the marks.
Status EventReader::step_to(std::uint32_t index) {
  if (chain_.empty() || index < index_) {
    const auto mark = std::min<std::size_t>(index / k_between_marks, marks_.size() - 1);
    STRONGROOM_ASSIGN(chain_, arena_.take(vault::k_key_size));
    std::ranges::copy(marks_[mark].view(), chain_.writable().begin());
    index_ = static_cast<std::uint32_t>(mark) * k_between_marks;
  }
  while (index_ < index) {
    evidence::advance(chain_.writable());
    if (++index_ != marks_.size() * k_between_marks) continue;
    STRONGROOM_ASSIGN(vault::Key mark, arena_.take(vault::k_key_size));
    std::ranges::copy(chain_.view(), mark.writable().begin());
    marks_.push_back(std::move(mark));
  }
  return {};
}

Result<evidence::Disclosure> EventReader::key_for(std::uint32_t index, BytesView slot) {
  STRONGROOM_CHECK(step_to(index));
  evidence::Disclosure disclosure;
  evidence::Key32 mask;
  evidence::event_keys_of(chain_.view(), disclosure.entry_key, mask);
  const bool redacted = std::ranges::all_of(slot, [](Byte b) { return b == 0; });
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] ^ slot[i];
  if (!redacted) disclosure.r = mask;
  wipe(mask.data(), mask.size());
  return disclosure;
}

}  // namespace strongroom::audit
