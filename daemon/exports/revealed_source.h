// Secrets with their values as rows, a row for each field.
#pragma once

#include <strongroom/base/live_values.h>
#include <strongroom/protocol/methods/secret.h>

#include "daemon/exports/source.h"

namespace strongroom::exports {

struct Reveals {
  // Reads one secret and writes down that it was revealed. Errors of the secret itself (expired, not_found) are told in
  // its row; any other one ends the export.
  std::function<Result<protocol::secret::GetResponse>(const std::string& path)> reveal;
  // What was written down lasts: called before values that were revealed are handed over.
  std::function<void()> settle;
  LiveValues* live = nullptr;  // told which values an exporter is handed, while it is; null: nobody is
};

// A value that cannot be had (it has expired, it is too long for a cell) is a row that says so, so that none is missing
// unnoticed.
std::unique_ptr<Source> revealed_source(SecretPages pages, Reveals reveals, std::string prefix);

}  // namespace strongroom::exports
