// The one schema this plugin writes, and the refusal of every other.
#pragma once

#include <strongroom/base/result.h>

#include "plugins/storage/sqlite/connection.h"

namespace strongroom::sqlite {

// Creates the schema when the file is empty, otherwise checks it; then switches to the write-ahead log. On the writer.
// `corrupt` with a sentence for a file of another program or a schema that differs in anything; `unsupported` for a
// newer version.
Status ensure_schema(Connection& writer);

// The check alone, for a connection to a database that has been opened before.
Status check_schema(Connection& connection);

// For a new database that nobody relies on before it is closed: its commits are atomic and not durable. Errors:
// invalid_argument for one that is not new.
Status begin_filling(Connection& writer);

}  // namespace strongroom::sqlite
