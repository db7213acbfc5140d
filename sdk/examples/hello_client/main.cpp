// Stores a value, reads it back, and says what went wrong when something does.
#include <cstdio>

#include <strongroom/client/client.h>
#include <strongroom/protocol/methods/secret.h>

namespace secret = strongroom::protocol::secret;

static int fail(const strongroom::Error& error) {
  std::fprintf(stderr, "hello_client: %s\n", error.message.c_str());
  return 1;
}

int main() {
  auto client = strongroom::client::Client::connect();
  if (!client) return fail(client.error());

  secret::PutRequest put;
  put.path = "hello/client";
  put.fields_.push_back({"value", strongroom::Secret(strongroom::as_bytes("Hello, Strongroom"))});
  if (const auto stored = client->call<secret::Put>(put); !stored) return fail(stored.error());

  secret::GetRequest get;
  get.path = put.path;
  const auto got = client->call<secret::Get>(get);
  if (!got) return fail(got.error());
  const auto text = got->fields_.front().value.reveal_text(strongroom::RevealReason::deliver);
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  return 0;
}
