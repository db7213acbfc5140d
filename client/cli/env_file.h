// Files of environment variables (.env): NAME=VALUE lines as docker and dotenv read them.
//
// Dialect::dotenv, which docker compose and the dotenv libraries share:
//   NAME=plain            spaces around are dropped; a blank and "#" begin a comment
//   NAME='as it is'       nothing is special but \' for a quote within; may go over lines
//   NAME=`as it is`       likewise without \'
//   NAME="with \n \t \r \" \\ \$"  may go over lines; other backslashes stay
//   export NAME=...       likewise
//   NAME: value           likewise, with a blank behind the colon
//   NAME                  a name alone has no value; capitals, digits and '_' only, so that no line of a value whose
//   quotes
//                         were forgotten is taken for one
//
// Dialect::docker, what `docker run --env-file` reads: everything behind '=' as it is, quotes and spaces too.
//
// Nothing is expanded: '$' is only a character. Whoever needs to know finds `dollar` set.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli {

enum class EnvDialect { dotenv, docker };

struct EnvironmentVariable {
  std::string name;
  Secret value;
  std::size_t line = 0;
  bool given = true;    // false: a name alone
  bool dollar = false;  // compose and dotenv-expand would replace something in it
};

// All or nothing; the last of several lines with one name counts. Error: invalid_argument; subject is "line N"; the
// sentence shows no value.
Result<std::vector<EnvironmentVariable>> parse_env_file(std::string_view text, EnvDialect dialect = EnvDialect::dotenv);

}  // namespace strongroom::cli
