// Manual pages made of the commands' own declarations.
#pragma once

#include <string>

#include "client/cli/command.h"

namespace strongroom::cli {

// strongroom(1): the overview. In roff with the man macros (groff_man(7)).
std::string man_page();
// strongroom-COMMAND(1).
std::string man_page(const Command& command);

// Writes all of them into a folder that exists: "help --man FOLDER". Returns the exit code.
int write_man_pages(const std::string& folder);

}  // namespace strongroom::cli
