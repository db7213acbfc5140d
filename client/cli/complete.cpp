#include "client/cli/complete.h"

#include <algorithm>
#include <array>
#include <set>

#include <strongroom/protocol/methods/secret.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/reference.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace {

namespace wire = protocol::secret;

enum class ValueKind { other, path, reference, named_reference, file, command };

struct Candidate {
  std::string text;
  std::string about;
};

struct Answer {
  bool files = false;
  std::vector<Candidate> candidates;
};

// What an argument stands for, by the name it has everywhere.
ValueKind kind_of(const Command& command, std::string_view argument) {
  constexpr std::array<std::string_view, 5> k_paths{"path", "from", "to", "prefix", "folder"};
  constexpr std::array<std::string_view, 9> k_files{"file",     "--from-file", "--env-file", "--out",   "--socket",
                                                    "--config", "--against",   "--output",   "--folder"};
  if (argument == "reference") return ValueKind::reference;
  if (argument == "--in") return command.name == "inject" ? ValueKind::file : ValueKind::path;
  if (argument == "--to" || argument == "--path") return ValueKind::path;
  if (command.name == "audit verify-export" || (command.name == "audit witness add" && argument == "place"))
    return ValueKind::file;
  if (command.name == "run" && (argument == "--env" || argument == "--file" || argument == "--file-fd"))
    return ValueKind::named_reference;
  if (std::ranges::find(k_paths, argument) != k_paths.end()) return ValueKind::path;
  if (std::ranges::find(k_files, argument) != k_files.end()) return ValueKind::file;
  return ValueKind::other;
}

std::string about_command(const Command& command) {
  std::string_view first = command.summary.substr(0, command.summary.find(". "));
  if (first.ends_with('.')) first.remove_suffix(1);
  return std::string(first);
}

// "secret" for "se", once; "set" behind "secret"; "add" behind "audit witness".
void add_commands(const std::vector<std::string>& before, std::string_view typed, Answer& answer) {
  std::string group;
  for (const auto& word : before) group += word + " ";
  std::set<std::string> seen;
  for (const auto& command : commands()) {
    if (!command.name.starts_with(group)) continue;
    const std::string_view rest = command.name.substr(group.size());
    const auto space = rest.find(' ');
    const std::string_view word = rest.substr(0, space);
    if (word.starts_with(typed) && seen.insert(std::string(word)).second)
      answer.candidates.push_back(
          {std::string(word), space == std::string_view::npos ? about_command(command) : "a group of commands"});
  }
  if (before.empty() && std::string_view("help").starts_with(typed))
    answer.candidates.push_back({"help", "Tells about a command"});
}

// Not all of a very large folder: a person waits.
Result<std::vector<wire::ListEntry>> entries_in(const std::string& folder) {
  constexpr std::size_t k_most = 20'000;
  GlobalOptions options;
  options.no_start = true;
  options.timeout_s = 1;
  Session session(options);
  STRONGROOM_ASSIGN(auto* const client, session.client());
  wire::ListRequest request;
  if (!folder.empty()) request.prefix = folder;
  std::vector<wire::ListEntry> entries;
  do {
    STRONGROOM_ASSIGN(auto page, client->call<wire::List>(request));
    std::ranges::move(page.entries, std::back_inserter(entries));
    request.cursor = std::move(page.cursor);
  } while (request.cursor && entries.size() < k_most);
  std::ranges::sort(entries, {}, &wire::ListEntry::path);
  return entries;
}

enum class Written { plain, as_reference };

// `prefix` stands before every candidate: "strongroom://" or "NAME=". In a reference some bytes are encoded.
void add_paths(const std::string& prefix, const std::string& typed, Written written, Answer& answer) {
  const auto shown = [&](const std::string& path) {
    return written == Written::as_reference ? encoded_part(path) : path;
  };
  std::string folder = typed.substr(0, typed.rfind('/') == std::string::npos ? 0 : typed.rfind('/'));
  if (written == Written::as_reference && !folder.empty()) {
    const auto decoded = parse_reference(folder);
    if (!decoded) return;
    folder = decoded->path;
  }
  const auto entries = entries_in(folder);
  if (!entries) return;
  for (const auto& entry : *entries)
    if (const std::string text = shown(entry.path); text.starts_with(typed))
      answer.candidates.push_back({prefix + text, entry.folder ? "folder" : "secret"});
}

void add_references(const std::string& prefix, const std::string& typed, Answer& answer) {
  const std::string scheme(k_scheme);
  const bool begins = !typed.empty() && scheme.starts_with(typed);
  if (typed.starts_with(scheme))
    return add_paths(prefix + scheme, typed.substr(scheme.size()), Written::as_reference, answer);
  if (begins) return add_paths(prefix + scheme, "", Written::as_reference, answer);
  add_paths(prefix, typed, Written::as_reference, answer);
}

// "{a,b}" in a type's name lists what is allowed.
void add_choices(const CLI::Option& option, std::string_view typed, Answer& answer) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return;
  std::string_view list = std::string_view(type).substr(open + 1, close - open - 1);
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma).starts_with(typed)) answer.candidates.push_back({std::string(list.substr(0, comma)), ""});
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

void add_values(const Command& command, const CLI::Option& option, const std::string& typed, Answer& answer) {
  const std::string name = option.get_positional() ? option.get_name() : "--" + option.get_lnames().front();
  switch (kind_of(command, name)) {
    case ValueKind::path:
      return add_paths("", typed, Written::plain, answer);
    case ValueKind::reference:
      return add_references("", typed, answer);
    case ValueKind::named_reference:
      if (const auto equals = typed.find('='); equals != std::string::npos)
        add_references(typed.substr(0, equals + 1), typed.substr(equals + 1), answer);
      return;
    case ValueKind::file:
      answer.files = true;
      return;
    default:
      return add_choices(option, typed, answer);
  }
}

void add_options(const CLI::App& app, std::string_view typed, Answer& answer) {
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames())
      if (!option->get_group().empty() && ("--" + name).starts_with(typed))
        answer.candidates.push_back({"--" + name, option->get_description()});
}

const CLI::Option* option_named(const CLI::App& app, std::string_view word) {
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames())
      if (word == "--" + name) return option;
    for (const auto& name : option->get_snames())
      if (word == "-" + name) return option;
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) {
  return !option.get_positional() && option.get_items_expected_max() > 0;
}

// Walks over the words before the last one: which option waits for its value, how many positionals there are.
void add_arguments(const Command& command, const std::vector<std::string>& before, const std::string& typed,
                   Answer& answer) {
  const auto app = app_of(command);
  GlobalOptions globals;
  add_global_options(*app, globals);
  std::size_t positionals = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == "--" && command.name == "run") {
      answer.files = true;
      return;
    }
    if (!before[i].starts_with('-')) {
      ++positionals;
      continue;
    }
    const auto* option = option_named(*app, before[i]);
    if (!option || !takes_value(*option)) continue;
    if (++i == before.size()) return add_values(command, *option, typed, answer);
  }
  if (typed.starts_with('-')) return add_options(*app, typed, answer);
  for (const auto* option : app->get_options()) {
    if (!option->get_positional() || option->get_group().empty()) continue;
    if (positionals == 0 || option->get_expected_max() > 1) return add_values(command, *option, typed, answer);
    --positionals;
  }
}

}  // namespace

std::string candidates(const std::vector<std::string>& words) {
  Answer answer;
  const std::string typed = words.empty() ? "" : words.back();
  std::vector<std::string> before(words.begin(), words.empty() ? words.end() : words.end() - 1);
  before.erase(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(leading_options(before)));
  if (!before.empty() && before.front() == "help") before.erase(before.begin());
  std::size_t used = 0;
  if (const Command* command = find_command(before, used))
    add_arguments(*command, {before.begin() + static_cast<std::ptrdiff_t>(used), before.end()}, typed, answer);
  else
    add_commands(before, typed, answer);
  std::string out = answer.files ? ":files\n" : ":none\n";
  for (const auto& candidate : answer.candidates)
    out += neutralised(candidate.text) + "\t" + neutralised(candidate.about) + "\n";
  return out;
}

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> words(1);
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\'' && c == '\\' && i + 1 < line.size()) {
      words.back().push_back(line[++i]);
    } else if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        words.back().push_back(c);
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c != ' ' && c != '\t') {
      words.back().push_back(c);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  words.erase(words.begin());
  return words;
}

int run_complete(const std::vector<std::string>& words) {
  if (words.size() == 2 && words[0] == "--line") {
    print(candidates(split_line(words[1])));
    return 0;
  }
  const auto rest = std::ranges::find(words, "--");
  if (rest == words.end()) return static_cast<int>(ExitCode::usage);
  print(candidates({rest + 1, words.end()}));
  return 0;
}

}  // namespace strongroom::cli
