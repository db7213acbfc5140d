// Files of environment variables (.env): NAME=VALUE lines as docker and dotenv read them.
//
//   NAME=plain            spaces around are dropped; " #" begins a comment
//   NAME='as it is'       nothing is special; may go over lines
//   NAME="with \n \t \r \" \\ \$"  may go over lines; other backslashes stay
//   export NAME=...       likewise
//
// Nothing is expanded: '$' is only a character.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli {

struct EnvironmentVariable {
  std::string name;
  Secret value;
  std::size_t line = 0;
};

// All or nothing. Error: invalid_argument; subject is "line N"; the sentence shows no value.
Result<std::vector<EnvironmentVariable>> parse_env_file(std::string_view text);

}  // namespace strongroom::cli
