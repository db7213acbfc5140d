#include "daemon/plugin_check/report.h"

#include <algorithm>

#include <strongroom/protocol/json.h>

namespace strongroom::plugin_check {
namespace {

using plugin_tests::Outcome;
using plugin_tests::Verdict;

std::string_view word_of(Verdict verdict) {
  constexpr std::string_view k_words[] = {"passed", "failed", "skipped"};
  return k_words[static_cast<std::size_t>(verdict)];
}

// What a plugin says is not ours: nothing of it reaches the terminal but text, and JSON takes only UTF-8.
std::string plain(std::string_view said) {
  std::string out;
  for (const char c : said) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out;
}

std::size_t count(std::span<const Outcome> outcomes, Verdict verdict) {
  return static_cast<std::size_t>(std::ranges::count(outcomes, verdict, &Outcome::verdict));
}

std::string promises(std::size_t number) {
  return std::to_string(number) + (number == 1 ? " promise" : " promises");
}

}  // namespace

bool passed(std::span<const Outcome> outcomes) {
  return count(outcomes, Verdict::failed) == 0;
}

std::string line_of(const Outcome& outcome) {
  std::string line(word_of(outcome.verdict));
  line.resize(9, ' ');
  line += outcome.check;
  if (outcome.verdict != Verdict::passed) line += ": " + plain(outcome.detail);
  return line;
}

std::string verdict_of(const Plugin& plugin, std::span<const Outcome> outcomes) {
  const std::size_t broken = count(outcomes, Verdict::failed);
  if (broken != 0) return plugin.id + " breaks " + promises(broken) + " of " + plugin.extension + ".";
  return plugin.id + " keeps the " + promises(count(outcomes, Verdict::passed)) + " of " + plugin.extension +
         " that were checked.";
}

std::string json_of(const Plugin& plugin, std::span<const Outcome> outcomes) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  writer.begin_object();
  writer.key("id").string(plugin.id);
  writer.key("interface").string(plugin.extension);
  writer.key("passed").boolean(passed(outcomes));
  writer.key("checks").begin_array();
  for (const auto& outcome : outcomes) {
    writer.begin_object();
    writer.key("check").string(outcome.check);
    writer.key("verdict").string(word_of(outcome.verdict));
    writer.key("detail").string(plain(outcome.detail));
    writer.end_object();
  }
  writer.end_array();
  writer.end_object();
  return std::string(text);
}

}  // namespace strongroom::plugin_check
