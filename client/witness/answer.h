// A decision as C2SP tlog-witness answers it over HTTP.
#pragma once

#include <string>

#include "client/witness/witness.h"

namespace strongroom::witness {

struct Answer {
  int status;
  std::string type;  // Content-Type
  std::string body;
};

// What the body of a POST to add-checkpoint gets. Thread-safe.
Answer answer(const Witness& witness, std::string_view body);

// Another failure, in one sentence.
Answer refusal(int status, const std::string& sentence);

}  // namespace strongroom::witness
