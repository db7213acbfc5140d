// Kinds of operation that the audit log has to survive, and what each leaves behind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/secrets.h"

namespace strongroom::tests {

// What the client heard. A use is an answer that arrived: an acknowledgement, or a value that was revealed.
struct Told {
  struct Use {
    std::string action;
    std::string path;  // of one of its objects; empty: it has none
  };

  std::vector<Use> uses;
  std::vector<Error> refusals;

  template <class T>
  bool heard(const Result<T>& answer, std::string action, std::string path = {}) {
    if (answer)
      uses.push_back({std::move(action), std::move(path)});
    else
      refusals.push_back(answer.error());
    return answer.has_value();
  }
};

struct Operation {
  const char* name;
  const char* action;  // the one that changes something; empty: nothing is changed
  const char* path;    // of an object of that action; empty: it has none
  void (*act)(client::Client& client, Told& told);
  // Whether the store shows what the action does. Nothing: it shows neither, which is a GoogleTest failure already.
  std::optional<bool> (*happened)(client::Client& client);
};

// What all of them begin with: put into a new store once.
void prepare_store(client::Client& client);

const std::vector<Operation>& operations();

}  // namespace strongroom::tests
