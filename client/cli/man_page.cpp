#include "client/cli/man_page.h"

#include <algorithm>
#include <fstream>

#include <CLI/CLI.hpp>

#include "client/cli/help.h"
#include "client/cli/terminal.h"
#include "client/cli/version.h"

namespace strongroom::cli {

namespace {

// Backslashes, hyphens that must stay hyphens, and control characters at the beginning of a line.
std::string roff(std::string_view text) {
  std::string out;
  bool line_starts = true;
  for (const char c : text) {
    if (line_starts && (c == '.' || c == '\'')) out += "\\&";
    line_starts = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out.push_back(c);
  }
  return out;
}

std::string page_name(const Command& command) {
  std::string name = "strongroom-" + std::string(command.name);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string heading(std::string name) {
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return ".TH " + roff(name) + " 1 \"\" \"Strongroom " + std::string(k_version) + "\" \"Strongroom\"\n";
}

std::string options_of(const CLI::App& app) {
  std::string out;
  for (const auto* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    const std::string name = option->get_positional() ? option->get_name() : option->get_name(false, true);
    const bool takes_value = !option->get_positional() && option->get_items_expected_max() > 0;
    out += ".TP\n.B " + roff(name) + (takes_value ? " \\fIVALUE\\fR" : "") + "\n" + roff(option->get_description()) +
           (option->get_required() ? " Required." : "") + "\n";
  }
  return out;
}

constexpr std::string_view k_global =
    ".SH GLOBAL OPTIONS\n\\-\\-json, \\-\\-quiet, \\-\\-no\\-start, \\-\\-socket PATH, \\-\\-system, \\-\\-timeout "
    "SECONDS and "
    "\\-\\-reason TEXT are described in\n.BR strongroom (1).\n";

std::string exit_status() {
  std::string out = ".SH EXIT STATUS\n";
  for (std::size_t i = 0; i < exit_code_meanings().size(); ++i)
    out += ".TP\n.B " + std::to_string(i) + "\n" + std::string(exit_code_meanings()[i]) + "\n";
  return out;
}

}  // namespace

std::string man_page(const Command& command) {
  const auto app = app_of(command);
  std::string out = heading(page_name(command)) + ".SH NAME\n" + roff(page_name(command)) + " \\- " +
                    roff(command.summary) + "\n.SH SYNOPSIS\n.B strongroom " + roff(command.name) +
                    "\n[\\fIoption\\fR...]";
  for (const auto* option : app->get_options())
    if (option->get_positional() && !option->get_group().empty())
      out += option->get_required() ? " \\fI" + roff(option->get_name()) + "\\fR"
                                    : " [\\fI" + roff(option->get_name()) + "\\fR]";
  out += "\n.SH DESCRIPTION\n" + roff(app->get_description()) + "\n.SH OPTIONS\n" + options_of(*app);
  out += k_global;
  out += ".SH EXAMPLE\n.nf\n" + roff(command.example) + "\n.fi\n.SH SEE ALSO\n.BR strongroom (1)\n";
  return out;
}

std::string man_page() {
  std::string out = heading("strongroom") +
                    ".SH NAME\nstrongroom \\- keeps secrets on this machine, encrypted, and hands them to whoever may "
                    "have them\n.SH SYNOPSIS\n.B strongroom\n\\fIcommand\\fR [\\fIoption\\fR...]\n.SH COMMANDS\n";
  for (const auto& command : commands())
    out += ".TP\n.BR " + roff(page_name(command)) + " (1)\n" + roff(command.summary) + "\n";
  out +=
      ".SH OPTIONS\n.TP\n.B \\-\\-json\nPrint one JSON document.\n.TP\n.B \\-q, \\-\\-quiet\nPrint nothing but what "
      "was asked for.\n.TP\n.B \\-\\-no\\-start\nDo not start the daemon when none runs.\n.TP\n.B \\-\\-socket "
      "\\fIPATH\\fR\nSocket of the daemon.\n.TP\n.B \\-\\-system\nAsk the daemon of the machine, which serves "
      "root.\n.TP\n.B \\-\\-timeout \\fISECONDS\\fR\nSeconds to wait for an answer; 30 "
      "by default.\n.TP\n.B \\-\\-reason \\fITEXT\\fR\nWhat this is for, at most 512 bytes; it stands in the audit "
      "log.\n";
  out += exit_status();
  out +=
      ".SH ENVIRONMENT\n.TP\n.B STRONGROOM_SOCKET\nSocket of the daemon.\n.TP\n.B STRONGROOM_AUTOSTART\n0: do not "
      "start the daemon when none runs.\n.TP\n.B STRONGROOM_REASON\nWhat the calls are for, when \\-\\-reason does not "
      "say "
      "it.\n.TP\n.B NO_COLOR\nNo colours.\n.TP\n.B STRONGROOM_PAGER, PAGER\nShows long "
      "lists on a terminal; empty: nothing does.\n";
  return out;
}

int write_man_pages(const std::string& folder) {
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream file(folder + "/" + name + ".1", std::ios::binary);
    file << text;
    file.close();
    if (file) return true;
    print_error("strongroom: " + folder + "/" + name + ".1 cannot be written\n");
    return false;
  };
  if (!write("strongroom", man_page())) return static_cast<int>(ExitCode::failed);
  for (const auto& command : commands())
    if (!write(page_name(command), man_page(command))) return static_cast<int>(ExitCode::failed);
  return 0;
}

}  // namespace strongroom::cli
