// What a creation has put on the disk, while it is not finished.
#pragma once

#include "daemon/vault/header_files.h"
#include "daemon/vault/slot_key_file.h"

namespace strongroom::vault {

// Undoes what a creation has put on the disk unless it is kept.
class Leftovers {
 public:
  explicit Leftovers(const Places& places) noexcept : places_(places) {}

  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;

  ~Leftovers() {
    if (headers) remove_header_copies(places_.data);
    if (key_file) (void)remove_key_file(places_.state);
  }

  bool headers = false;
  bool key_file = false;

 private:
  const Places& places_;
};

}  // namespace strongroom::vault
