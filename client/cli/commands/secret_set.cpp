#include <memory>

#include <strongroom/base/random.h>
#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/print_json.h"
#include "client/cli/reference.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

struct Options {
  std::string path;
  std::string field{k_default_field};
  std::string from_file;
  std::vector<std::string> extra;
  std::int64_t generate = 0;
  std::int64_t check_version = -1;
  std::string expires_in;
  bool raw = false;
  bool replace = false;
};

// Letters and digits without those that look alike; 32 of them hold 186 bits.
Secret generated(std::size_t length) {
  constexpr std::string_view k_alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  constexpr unsigned k_fair = 256 / k_alphabet.size() * k_alphabet.size();  // bytes above would favour some characters
  Secret value = Secret::of_size(length);
  for (auto& c : value.writable()) {
    Byte random = 0;
    do fill_random({&random, 1});
    while (random >= k_fair);
    c = static_cast<Byte>(k_alphabet[random % k_alphabet.size()]);
  }
  return value;
}

Result<Secret> value_of(const Options& options) {
  if (options.generate > 0) return generated(static_cast<std::size_t>(options.generate));
  if (!options.from_file.empty()) return read_file(options.from_file, wire::k_max_version_bytes);
  if (stdin_is_terminal()) return ask_secret("Value of " + neutralised(options.path) + ": ");
  STRONGROOM_ASSIGN(Secret value, read_stdin(wire::k_max_version_bytes));
  if (!options.raw) drop_newline(value);
  return value;
}

Status check(const Options& options) {
  if (!options.extra.empty())
    return make_error(ErrorCode::invalid_argument,
                      "a value never stands on the command line, where every program can read it; pipe it instead: "
                      "printf %s \"$VALUE\" | strongroom secret set " +
                          options.path);
  if (options.generate > 0 && !options.from_file.empty())
    return make_error(ErrorCode::invalid_argument, "give either --generate or --from-file");
  if (!options.expires_in.empty()) STRONGROOM_CHECK(parse_duration(options.expires_in));
  return {};
}

int run_set(Session& session, Options& options) {
  if (auto status = check(options); !status) return session.fail(status.error());
  auto value = value_of(options);
  if (!value) return session.fail(value.error());
  if (value->empty())
    return session.fail(make_error(ErrorCode::invalid_argument, "the value is empty; nothing was stored"));
  wire::PutRequest request;
  request.path = options.path;
  request.fields_.push_back({options.field, std::move(*value)});
  request.base64 = protocol::pack_values(request.fields_);
  request.merge = !options.replace;
  if (options.check_version >= 0) request.check_version = options.check_version;
  if (!options.expires_in.empty()) {
    const auto span = parse_duration(options.expires_in);
    if (!span) return session.fail(span.error());
    request.expires_ms = now_ms() + *span;
  }
  auto client = session.client();
  if (!client) return session.fail(client.error());
  offer_recovery_code(session);
  const auto put = (*client)->call<wire::Put>(request);
  if (!put) return session.fail(put.error());
  if (session.options().json)
    print_json(*put);
  else if (!session.options().quiet)
    print("Stored version " + std::to_string(put->version) + " of " + neutralised(options.path) + ".\n");
  if (!session.options().json) tell_notice(options.path, put->notice);
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_secret_set(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("path", options->path, "Path of the secret, like folder/name.")->required();
  app.add_option("--field", options->field, "Field to set; the others stay. Default: value.");
  app.add_option("--from-file", options->from_file, "Take the exact bytes of this file.");
  app.add_option("--generate", options->generate,
                 "Make a random value of this many letters and digits; 32 without a number.")
      ->expected(0, 1)
      ->default_str("32")
      ->check(CLI::Range(8, 4096));
  app.add_option("--check-version", options->check_version,
                 "Write only when this is the current version; 0: only when there is no such secret.")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--expires-in", options->expires_in,
                 "Time after which this version is not read any more, like 12h or 30d.");
  app.add_flag("--raw", options->raw, "Keep a newline at the end of what is piped in.");
  app.add_flag("--replace", options->replace, "Drop the other fields.");
  app.add_option("value", options->extra)->group("");
  return [options](Session& session) { return run_set(session, *options); };
}

}  // namespace strongroom::cli
