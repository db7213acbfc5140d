// The witness over HTTP: POST /add-checkpoint and nothing else.
//
// At most 16 requests are worked on at a time and 256 connections wait; a peer that is silent for 10 seconds is
// dropped, a body must arrive within 10 seconds.
#pragma once

#include <string>

#include "client/witness/witness.h"

namespace strongroom::witness {

// Serves on "ADDRESS:PORT" (port 0: a free one) until SIGINT or SIGTERM, after saying where on standard output. To be
// called before the process has other threads. `invalid_argument` for what is no address, `unreachable` when it cannot
// be had.
Status serve(const Witness& witness, const std::string& listen);

}  // namespace strongroom::witness
