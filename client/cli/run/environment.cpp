#include "client/cli/run/environment.h"

#include <algorithm>
#include <string>

#include "client/cli/terminal.h"

namespace strongroom::cli::run {

namespace {

WipedBytes bytes_of(std::string_view text) {
  const BytesView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end(), wiped_heap()};
}

}  // namespace

Environment::Environment(const char* const* inherited) {
  for (; inherited && *inherited; ++inherited) {
    entries_.push_back(bytes_of(*inherited));
    entries_.back().push_back('\0');
  }
}

Status Environment::set(std::string_view name, BytesView value) {
  const std::string shown = neutralised(name);
  if (std::ranges::find(value, '\0') != value.end())
    return make_error(
        ErrorCode::invalid_argument,
        shown + ": the value holds a NUL byte, which no variable can; deliver it with --file or --file-fd");
  if (name.size() + value.size() + 2 > k_longest)
    return make_error(ErrorCode::too_large,
                      shown + ": the value is longer than a variable can be; deliver it with --file or --file-fd");
  WipedBytes entry(wiped_heap());
  entry.reserve(name.size() + value.size() + 2);
  entry.insert(entry.end(), name.begin(), name.end());
  entry.push_back('=');
  const auto same = [&](const WipedBytes& one) { return as_text(one).starts_with(as_text(entry)); };
  std::erase_if(entries_, same);
  entry.insert(entry.end(), value.begin(), value.end());
  entry.push_back('\0');
  entries_.push_back(std::move(entry));
  return {};
}

std::vector<char*> Environment::pointers() {
  std::vector<char*> all;
  for (auto& entry : entries_) all.push_back(reinterpret_cast<char*>(entry.data()));
  all.push_back(nullptr);
  return all;
}

}  // namespace strongroom::cli::run
