// Any text as a .env file: an error with a line, or variables that fit into it.
#include <cstdlib>

#include "client/cli/env_file.h"

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const auto dialect = data[0] % 2 == 0 ? cli::EnvDialect::dotenv : cli::EnvDialect::docker;
  const auto variables = cli::parse_env_file(as_text({data, size}), dialect);
  if (!variables) {
    if (!variables.error().subject.starts_with("line ")) std::abort();
    return 0;
  }
  std::size_t bytes = 0;
  for (const auto& variable : *variables) bytes += variable.name.size() + variable.value.size();
  if (bytes > size) std::abort();
  return 0;
}
