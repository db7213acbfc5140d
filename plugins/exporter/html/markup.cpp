#include "plugins/exporter/html/markup.h"

#include <array>

#include <strongroom/plugin/export_text.h>

namespace strongroom::html {

const std::string_view k_before_title = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>)";

const std::string_view k_after_title = R"(</title>
<style>
:root { --ink: #1b1b1f; --paper: #fff; --line: #c9c9d1; --band: #f3f3f6; --quiet: #5b5b66; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6ea; --paper: #17171a; --line: #44444d; --band: #212126; --quiet: #a3a3ae; }
}
body { margin: 2rem; color: var(--ink); background: var(--paper); font: 0.9rem/1.4 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
table { border-collapse: collapse; margin: 0 0 2rem; }
caption { text-align: left; font-weight: 600; padding: 0.4rem 0; }
th, td { border: 1px solid var(--line); padding: 0.2rem 0.5rem; text-align: left; vertical-align: top; }
td { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
thead th { position: sticky; top: 0; background: var(--band); }
tbody tr:nth-child(even) { background: var(--band); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; color: var(--quiet); }
dd { margin: 0; color: var(--ink); white-space: pre-wrap; overflow-wrap: anywhere; }
@page { margin: 15mm; }
@media print {
  :root { --ink: #000; --paper: #fff; --line: #999; --band: #fff; --quiet: #333; }
  body { margin: 0; font-size: 8pt; }
  thead { display: table-header-group; }
  thead th { position: static; }
  tr { break-inside: avoid; }
}
</style>
</head>
<body>
)";

namespace {

// What stands for a byte; nothing: the byte itself.
constexpr std::array<std::string_view, 128> k_references = [] {
  std::array<std::string_view, 128> out{};
  out['&'] = "&amp;";
  out['<'] = "&lt;";
  out['>'] = "&gt;";
  out['"'] = "&quot;";
  out['\''] = "&#39;";
  // A reader takes CR for LF unless it is a reference.
  out['\r'] = "&#13;";
  out['\0'] = plugin::k_replacement;
  return out;
}();

}  // namespace

void append_text(std::string& out, std::string_view text) {
  plugin::append_escaped(
      out, text,
      [](std::string_view character) {
        const auto byte = static_cast<unsigned char>(character.front());
        return byte >= 0x80 || k_references[byte].empty();
      },
      [&out](std::string_view character) { out += k_references[static_cast<unsigned char>(character.front())]; });
}

}  // namespace strongroom::html
