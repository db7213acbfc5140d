#include "sdk/src/evidence/entry_rules.h"

#include <algorithm>

#include <strongroom/evidence/ed25519.h>
#include <strongroom/evidence/verify_log.h>

namespace strongroom::evidence {

std::optional<std::string> EntryRules::take_archived(const Entry& entry, const Hash& root) {
  const auto* epoch = std::get_if<EpochEntry>(&entry.content);
  if (!epoch) return "what the archive calls an epoch record is none";
  key_record_ = entry.header.sequence;
  return take_epoch(*epoch, entry.header, root);
}

void EntryRules::begin_behind(std::uint64_t size) {
  // The chain of the first entries began in what is archived.
  key_record_ = size - 1;
  has_chain_ = true;
}

std::optional<std::string> EntryRules::take(const Entry& entry, std::uint64_t sequence, const Hash& root) {
  if (auto wrong = check_header(entry, sequence)) return wrong;
  if (auto wrong = check_time(entry)) return wrong;
  time_ = entry.header.time_s;
  if (const auto* epoch = std::get_if<EpochEntry>(&entry.content)) return take_epoch(*epoch, entry.header, root);
  if (entry.header.epoch != number_) return "the entry names another epoch than it was written in";
  if (const auto* key = std::get_if<KeyEntry>(&entry.content)) return take_key(*key, sequence);
  if (sequence - key_record_ >= k_most_between_keys) return "there is no key record for too long";
  if (const auto* event = std::get_if<EventEntry>(&entry.content)) return take_event(*event);
  return std::nullopt;
}

std::optional<std::string> EntryRules::check_header(const Entry& entry, std::uint64_t sequence) {
  if (entry.header.sequence != sequence)
    return "the entry calls itself number " + std::to_string(entry.header.sequence);
  if (!epoch_ && entry.header.type != EntryType::epoch) return "the log does not begin with an epoch record";
  return std::nullopt;
}

std::optional<std::string> EntryRules::check_time(const Entry& entry) {
  const auto* skip = std::get_if<SkipEntry>(&entry.content);
  if (!skip) return time_ && entry.header.time_s < *time_ ? std::optional("the time goes back") : std::nullopt;
  const std::int64_t by = skip->to_s - skip->from_s;
  const bool follows = !time_ || (skip->kind == SkipKind::downtime ? skip->from_s == *time_ : skip->from_s >= *time_);
  constexpr std::int64_t k_least_jump = 5;
  const bool fits = skip->kind == SkipKind::clock_back      ? by < 0
                    : skip->kind == SkipKind::clock_forward ? by > k_least_jump
                                                            : by >= 0;
  if (skip->to_s != entry.header.time_s || !follows || !fits) return "the skip record does not say where the time went";
  return std::nullopt;
}

std::optional<std::string> EntryRules::take_epoch(const EpochEntry& epoch, const EntryHeader& header,
                                                  const Hash& root) {
  if (header.epoch != number_ + 1 || epoch.closes != number_) return "the epoch does not follow the one before";
  if (epoch.size != header.sequence) return "the epoch record closes another number of entries";
  if (epoch.root != root) return "what the epoch record signed is not what the log holds";
  const Bytes message = epoch_message(epoch.signed_bytes);
  if (epoch_) {
    if (epoch.identity_key != epoch_->identity_key || epoch.log_id != epoch_->log_id ||
        epoch.store_id != epoch_->store_id)
      return "the epoch record is of another log";
    if (!ed25519_verify(epoch_->epoch_key, message, epoch.closing_signature))
      return "epoch " + std::to_string(number_) + " was not closed by its own key";
  } else if (std::ranges::any_of(epoch.closing_signature, [](Byte b) { return b != 0; })) {
    return "the first epoch record closes nothing and is signed as if it did";
  } else if (epoch.log_id != log_id_of(epoch)) {
    return "the log's id is not that of its first epoch record";
  }
  if (!has_identity_signature(epoch)) return "the epoch record is not signed by the log's identity";
  epoch_ = epoch;
  number_ = header.epoch;
  epoch_record_ = header.sequence;
  if (header.sequence - key_record_ >= k_most_between_keys) return "there is no key record for too long";
  return std::nullopt;
}

std::optional<std::string> EntryRules::take_key(const KeyEntry& key, std::uint64_t sequence) {
  if (key.epoch_record != epoch_record_) return "the key record names another epoch record than the newest";
  if (sequence - key_record_ > k_most_between_keys) return "there is no key record for too long";
  key_record_ = sequence;
  has_chain_ = true;
  key_index_ = -1;
  return std::nullopt;
}

std::optional<std::string> EntryRules::take_event(const EventEntry& event) {
  if (!has_chain_) return "the event has no key record before it";
  if (event.key_index <= key_index_) return "the key index does not grow";
  key_index_ = event.key_index;
  return std::nullopt;
}

}  // namespace strongroom::evidence
