// What import reads: files of names and values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli {

enum class ImportFormat { dotenv, docker, json };

// `asked` is a name of --format or empty: then the file's name decides.
ImportFormat import_format(std::string_view asked, std::string_view file);

struct ImportedValue {
  std::string name;      // "DB/PASSWORD" of a nested object
  Secret value;          // empty: nothing to store; the note says why
  std::string note;      // what somebody should know about it; never a value
  std::size_t line = 0;  // 0: the format has none
};

// All or nothing. JSON: an object whose members are strings, whole numbers, booleans (as text), null (left out) or
// objects, which become folders. Error: invalid_argument; subject is "line N" or the name of a member.
Result<std::vector<ImportedValue>> read_import_file(std::string_view text, ImportFormat format);

}  // namespace strongroom::cli
