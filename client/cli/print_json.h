// What the protocol declares, as JSON on standard output.
#pragma once

#include <strongroom/base/wiped_memory.h>
#include <strongroom/protocol/codec.h>

#include "client/cli/terminal.h"

namespace strongroom::cli {

// One document and a newline.
template <class T>
void print_json(const T& value) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  protocol::encode(value, writer);
  text.push_back('\n');
  print(text);
}

}  // namespace strongroom::cli
