// The person's side: what is printed, what is asked, and with which manners.
#pragma once

#include <string>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli {

bool stdin_is_terminal() noexcept;
bool stdout_is_terminal() noexcept;
bool stderr_is_terminal() noexcept;

// Writes all of it. A reader that went away (EPIPE) is no error.
void print(std::string_view text);
void print_error(std::string_view text);
// Likewise, through $STRONGROOM_PAGER or $PAGER (a shell's command; "less" by default, none when empty or "cat") when
// standard output is a terminal on which it does not fit.
void print_paged(std::string_view text);
// Whether anything that was printed did not get out, a reader that went away aside.
bool output_failed() noexcept;

// `text` with control characters and invalid UTF-8 made visible, so that stored data cannot drive the terminal: "\x1b"
// for ESC. Newlines and tabs too.
std::string neutralised(std::string_view text);

// "2026-11-21 23:05:12" in local time for a person; locale-independent.
std::string local_time(std::int64_t milliseconds);

// Asks on the terminal without echo; Enter is no part of the answer. The terminal is restored on signals too. Errors:
// invalid_argument (no terminal), cancelled.
Result<Secret> ask_secret(std::string_view prompt);
// Asks twice and compares.
Result<Secret> ask_new_secret(std::string_view prompt);

// Asks for a yes on the terminal, unless `agreed` already. Errors: cancelled; invalid_argument when there is no
// terminal to ask on.
Status confirm(std::string_view question, bool agreed);

// All of an open descriptor, at most `limit` bytes; `name` is the error's subject. Errors: too_large, invalid_argument
// (it is not open).
Result<Secret> read_descriptor(int descriptor, std::size_t limit, const std::string& name);
// All of stdin, at most `limit` bytes. Error: too_large.
Result<Secret> read_stdin(std::size_t limit);
// All of a file, at most `limit` bytes. Errors: not_found, denied, too_large.
Result<Secret> read_file(const std::string& path, std::size_t limit);

// Drops one trailing newline (LF or CRLF).
void drop_newline(Secret& value) noexcept;

}  // namespace strongroom::cli
