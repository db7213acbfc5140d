// A consistent copy of the database, streamed.
#pragma once

#include <string>

#include <strongroom/plugin/storage.h>

#include "plugins/storage/sqlite/connection.h"

namespace strongroom::sqlite {

// Copies what `source` sees into a nameless file beside `path` and streams that: a database that open takes as
// `store.db`. Readers and the writer go on. Needs as much free space as the database has pages in use.
Status write_backup(Connection& source, const std::string& path, plugin::ByteSink& sink);

}  // namespace strongroom::sqlite
