#include "client/cli/keyrings/keepass_xml.h"

#include <expat.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace strongroom::cli::keyrings {

namespace {

constexpr std::size_t k_deepest = 64;

// Each block carries its size in front, for the resource wants it back.
constexpr std::size_t k_front = alignof(std::max_align_t);

void give_back(void* block) {
  if (block == nullptr) return;
  auto* const start = static_cast<Byte*>(block) - k_front;
  std::size_t size = 0;
  std::memcpy(&size, start, sizeof size);
  wiped_heap()->deallocate(start, size + k_front, k_front);
}

void* allocate(std::size_t size) {
  if (size > SIZE_MAX - k_front) return nullptr;
  auto* const start = static_cast<Byte*>(wiped_heap()->allocate(size + k_front, k_front));
  std::memcpy(start, &size, sizeof size);
  return start + k_front;
}

void* allocate_anew(void* block, std::size_t size) {
  void* const made = allocate(size);
  if (block == nullptr || made == nullptr) return made;
  std::size_t before = 0;
  std::memcpy(&before, static_cast<Byte*>(block) - k_front, sizeof before);
  std::memcpy(made, block, std::min(before, size));
  give_back(block);
  return made;
}

struct FreeParser {
  void operator()(XML_Parser parser) const noexcept { XML_ParserFree(parser); }
};

class Reader {
 public:
  Reader() {
    const XML_Memory_Handling_Suite memory{allocate, allocate_anew, give_back};
    parser_.reset(XML_ParserCreate_MM(nullptr, &memory, nullptr));
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(),
        [](void* self, const char* name, const char** attributes) {
          static_cast<Reader*>(self)->begin(name, attributes);
        },
        [](void* self, const char*) { static_cast<Reader*>(self)->end(); });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const char* text, int size) {
      static_cast<Reader*>(self)->text_.append(text, static_cast<std::size_t>(size));
    });
    XML_SetStartDoctypeDeclHandler(parser_.get(), [](void* self, const char*, const char*, const char*, int) {
      static_cast<Reader*>(self)->refuse("it has a document type, which no export of KeePassXC has");
    });
  }

  Result<std::vector<ForeignItem>> read(std::string_view text) {
    if (XML_Parse(parser_.get(), text.data(), static_cast<int>(text.size()), XML_TRUE) != XML_STATUS_OK || problem_)
      return make_error(ErrorCode::malformed, problem_ ? problem_ : XML_ErrorString(XML_GetErrorCode(parser_.get())),
                        "line " + std::to_string(XML_GetCurrentLineNumber(parser_.get())));
    if (!is_keepass_) return make_error(ErrorCode::malformed, "it is no export of KeePassXC or KeePass", "line 1");
    return std::move(items_);
  }

 private:
  void refuse(const char* problem) {
    if (problem_ == nullptr) problem_ = problem;
    (void)XML_StopParser(parser_.get(), XML_FALSE);
  }

  bool is_below(std::string_view parent) const { return open_.size() > 1 && open_[open_.size() - 2] == parent; }

  void begin(std::string_view name, const char** attributes) {
    if (open_.size() >= k_deepest) return refuse("its elements are nested too deep");
    text_.clear();
    open_.emplace_back(name);
    if (open_.size() == 1) is_keepass_ = name == "KeePassFile";
    if (name == "History") ++history_;
    if (history_ > 0) {
      if (name == "Entry") ++earlier_;
      return;
    }
    if (name == "Group") {
      groups_.emplace_back();
      in_bin_.push_back(!in_bin_.empty() && in_bin_.back());
    }
    if (name == "Entry") {
      entry_ = ForeignItem{};
      in_entry_ = true;
      earlier_ = 0;
      expires_ = false;
      protected_ = false;
    }
    if (name == "String" || name == "Binary") key_.clear();
    if (name == "Value" && is_below("String")) protected_ |= is_protected(attributes);
  }

  static bool is_protected(const char** attributes) {
    for (; attributes[0] != nullptr; attributes += 2)
      if (std::string_view(attributes[0]) == "Protected" && std::string_view(attributes[1]) == "True") return true;
    return false;
  }

  void end() {
    const std::string name = open_.back();
    if (history_ == 0) take(name);
    if (name == "History") --history_;
    open_.pop_back();
    text_.clear();
  }

  void take(const std::string& name) {
    if (name == "RecycleBinUUID" && is_below("Meta")) bin_.assign(text_);
    if (name == "Group" && !groups_.empty()) {
      groups_.pop_back();
      in_bin_.pop_back();
    }
    if (is_below("Group") && !groups_.empty()) {
      if (name == "Name") groups_.back().assign(text_);
      if (name == "UUID" && !bin_.empty() && std::string_view(text_) == bin_) in_bin_.back() = true;
    }
    if (!in_entry_) return;
    if (name == "Entry") return finish_entry();
    if (name == "Tags") take_tags();
    if (name == "Expires" && is_below("Times")) expires_ = text_ == "True";
    if (name == "Key" && (is_below("String") || is_below("Binary"))) key_.assign(text_);
    if (name == "Value" && is_below("String")) take_string();
    if (name == "Binary" && is_below("Entry")) {
      entry_.incomplete = true;
      add_note(entry_, "the attachment '" + key_ + "' is not imported");
    }
  }

  void take_tags() {
    for (std::string_view rest = text_; !rest.empty();) {
      const auto end = std::min(rest.find_first_of(";,"), rest.size());
      if (end > 0) add_label(entry_, rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void take_string() {
    if (key_ == "Title") {
      title_.assign(text_);
      return;
    }
    const std::string_view name = key_ == "Password"   ? "value"
                                  : key_ == "UserName" ? "username"
                                  : key_ == "URL"      ? "url"
                                  : key_ == "Notes"    ? "notes"
                                                       : std::string_view(key_);
    if (std::string_view(text_).find("{REF:") != std::string_view::npos)
      add_note(entry_, "'" + std::string(name) + "' refers to another entry, which is kept as it is");
    add_field(entry_, name, Secret(as_bytes(text_)));
  }

  void finish_entry() {
    in_entry_ = false;
    // The topmost group is the database.
    if (!groups_.empty()) entry_.names.assign(groups_.begin() + 1, groups_.end());
    entry_.names.push_back(std::exchange(title_, {}));
    if (earlier_ > 0) add_note(entry_, std::to_string(earlier_) + " earlier versions are not imported");
    if (expires_) add_note(entry_, "its date of expiry is not imported");
    if (protected_) entry_.problem = "it is encrypted in this file: export it with keepassxc-cli export -f xml";
    if (!in_bin_.empty() && in_bin_.back())
      entry_.not_wanted = "it lies in the recycle bin: take it out there if you want it";
    if (!entry_.problem.empty() || !entry_.not_wanted.empty()) entry_.fields.clear();
    items_.push_back(std::move(entry_));
  }

  std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> parser_;
  const char* problem_ = nullptr;
  bool is_keepass_ = false;
  std::vector<std::string> open_;
  WipedString text_{wiped_heap()};
  std::string bin_;
  std::vector<std::string> groups_;
  std::vector<bool> in_bin_;
  int history_ = 0;
  ForeignItem entry_;
  bool in_entry_ = false;
  std::string title_;
  std::string key_;
  std::size_t earlier_ = 0;
  bool expires_ = false;
  bool protected_ = false;
  std::vector<ForeignItem> items_;
};

}  // namespace

Result<std::vector<ForeignItem>> read_keepass_xml(std::string_view text) {
  if (text.size() > INT_MAX) return make_error(ErrorCode::too_large, "it is too long");
  return Reader().read(text);
}

}  // namespace strongroom::cli::keyrings
