// What a command gets: names, where they come from and how they are handed over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>
#include <strongroom/client/client.h>

#include "client/cli/env_file.h"
#include "client/cli/reference.h"

namespace strongroom::cli::run {

enum class Way : unsigned char {
  environment,  // the value is the variable
  file,         // the variable is the path of a file that holds the value
  descriptor,   // likewise, of a sealed file in memory that the command inherits
};

struct Delivery {
  std::string name;  // of the variable
  Way way = Way::environment;
  Reference reference;
  bool with_scheme = true;  // otherwise it may be no reference at all, and is not repeated
  Secret value;             // empty until fetch()
};

struct Sources {
  std::vector<std::string> environment;  // NAME=REF each
  std::vector<std::string> environment_files;
  std::vector<std::string> files;        // NAME=REF each
  std::vector<std::string> descriptors;  // NAME=REF each
};

struct Plan {
  std::vector<Delivery> deliveries;        // names are unique
  std::vector<EnvironmentVariable> plain;  // variables of files that are no references, as they are

  bool has_files() const noexcept;
};

// What the sources and those variables of `inherited` (NAME=VALUE, nullptr at the end) whose value begins with
// strongroom:// ask for. The sources win over the files of variables, later files over earlier ones, those over
// `inherited`. Talks to nobody. Errors name the variable or the file: invalid_argument, not_found, denied, too_large.
Result<Plan> plan_deliveries(const Sources& sources, const char* const* inherited);

// Fills the values, all from one snapshot by one call. All or nothing; an error's sentence names variable and path and
// its code is the first item's.
Status fetch(client::Client& client, Plan& plan);

}  // namespace strongroom::cli::run
