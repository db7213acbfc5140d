// What has to hold between the entries of a log, one after the other.
#pragma once

#include <optional>
#include <string>

#include <strongroom/evidence/entry.h>

namespace strongroom::evidence {

class EntryRules {
 public:
  // An epoch record of an archived prefix, in order. `root` is that of the tree of its size.
  std::optional<std::string> take_archived(const Entry& entry, const Hash& root);
  // Continues behind an archived prefix of `size` entries, whose epoch records were taken.
  void begin_behind(std::uint64_t size);

  // What is wrong with the entry that has this sequence number; nothing when it may follow. `root` is that of the tree
  // of all entries before it.
  std::optional<std::string> take(const Entry& entry, std::uint64_t sequence, const Hash& root);

  const std::optional<EpochEntry>& epoch() const noexcept { return epoch_; }

  std::uint32_t epoch_number() const noexcept { return number_; }

 private:
  std::optional<std::string> check_header(const Entry& entry, std::uint64_t sequence);
  std::optional<std::string> check_time(const Entry& entry);
  std::optional<std::string> take_epoch(const EpochEntry& epoch, const EntryHeader& header, const Hash& root);
  std::optional<std::string> take_key(const KeyEntry& key, std::uint64_t sequence);
  std::optional<std::string> take_event(const EventEntry& event);

  std::optional<EpochEntry> epoch_;  // the newest; its views are not used
  std::uint32_t number_ = 0;
  std::uint64_t epoch_record_ = 0;
  std::uint64_t key_record_ = 0;
  bool has_chain_ = false;
  std::int64_t key_index_ = -1;
  std::optional<std::int64_t> time_;
};

}  // namespace strongroom::evidence
