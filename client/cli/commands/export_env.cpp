// export-env: secrets of a folder as environment variables, for a shell or a file.
#include <algorithm>
#include <memory>
#include <set>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/private_output.h"
#include "client/cli/shell_words.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

struct Options {
  std::vector<std::string> paths;
  std::string format = "shell";
  std::string prefix;
  std::string out;
  bool force = false;
};

struct Variable {
  std::string name;
  Secret value;
};

// "OPENAI_KEY" of "openai-key".
std::string variable_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool digit = c >= '0' && c <= '9';
    if (digit && name.empty()) name.push_back('_');
    name.push_back(letter || digit ? static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) : '_');
  }
  return name;
}

// What a shell or the loader acts upon: setting one of these from a secret's name would break the shell that asked.
bool is_acted_upon(std::string_view name) {
  constexpr std::string_view k_names[] = {"PATH",   "IFS", "HOME",           "SHELL",     "ENV",  "BASH_ENV",
                                          "CDPATH", "PS1", "PROMPT_COMMAND", "SHELLOPTS", "TERM", "PWD"};
  return std::ranges::find(k_names, name) != std::end(k_names) || name.starts_with("LD_") || name.starts_with("DYLD_");
}

struct Listed {
  std::vector<std::string> paths;
  std::size_t left_out = 0;  // folders, and secrets that are deleted
};

// The secrets that lie directly in the folder.
Result<Listed> secrets_in(client::Client& client, const std::string& folder) {
  Listed listed;
  wire::ListRequest request;
  request.prefix = folder;
  request.deleted = true;
  do {
    STRONGROOM_ASSIGN(auto page, client.call<wire::List>(request));
    for (auto& entry : page.entries) {
      if (entry.folder || entry.deleted.value_or(false))
        ++listed.left_out;
      else
        listed.paths.push_back(std::move(entry.path));
    }
    request.cursor = std::move(page.cursor);
  } while (request.cursor);
  std::ranges::sort(listed.paths);
  return listed;
}

// Names of values of one field "value" come from the path, others from the path and the field.
void take(const std::string& path, wire::GetResponse&& got, const std::string& prefix, std::vector<Variable>& out) {
  const std::string base = prefix + variable_name(std::string_view(path).substr(path.rfind('/') + 1));
  for (auto& [field, value] : got.fields_)
    out.push_back({field == "value" ? base : base + "_" + variable_name(field), std::move(value)});
}

Result<wire::GetResponse> get(client::Client& client, const std::string& path) {
  auto got = client.call<wire::Get>({.path = path, .version = {}, .only = {}});
  if (!got) return make_error(got.error().code, path + ": " + got.error().message);
  STRONGROOM_CHECK(protocol::unpack_values(got->fields_, got->base64));
  return got;
}

// A path that ends in '/' is a folder; another one is a secret, or a folder when there is no such secret.
Status take_all(Session& session, client::Client& client, const std::string& path, const std::string& prefix,
                std::vector<Variable>& out) {
  std::string folder = path;
  if (folder.ends_with('/')) {
    folder.pop_back();
  } else {
    auto got = get(client, path);
    if (got) return take(path, std::move(*got), prefix, out), Status();
    if (got.error().code != ErrorCode::not_found) return got.error();
  }
  STRONGROOM_ASSIGN(const auto listed, secrets_in(client, folder));
  if (listed.paths.empty())
    return make_error(ErrorCode::not_found, path + ": there is no such secret, and no folder with secrets");
  if (listed.left_out > 0)
    session.note(neutralised(folder) + "/: " + std::to_string(listed.left_out) +
                 " folders below it and deleted secrets are left out.");
  for (const auto& one : listed.paths) {
    STRONGROOM_ASSIGN(auto got, get(client, one));
    take(one, std::move(got), prefix, out);
  }
  return {};
}

Status check_names(const std::vector<Variable>& variables) {
  std::set<std::string> names;
  for (const auto& variable : variables) {
    if (!names.insert(variable.name).second)
      return make_error(ErrorCode::conflict, "two values would both be called " + variable.name);
    if (is_acted_upon(variable.name))
      return make_error(ErrorCode::conflict, "a variable " + variable.name +
                                                 " would change how programs run; --prefix gives it another name");
  }
  return {};
}

Result<std::vector<Variable>> variables_of(Session& session, client::Client& client, const Options& options) {
  std::vector<Variable> variables;
  for (const auto& path : options.paths) STRONGROOM_CHECK(take_all(session, client, path, options.prefix, variables));
  STRONGROOM_CHECK(check_names(variables));
  return variables;
}

void append_quoted(std::string_view value, char quote, std::string_view special, WipedString& out) {
  out.push_back(quote);
  for (const char c : value) {
    if (c == '\n' && quote == '"') {
      out.append("\\n");
      continue;
    }
    if (c == '\r' && quote == '"') {
      out.append("\\r");
      continue;
    }
    if (special.find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(c);
  }
  out.push_back(quote);
}

Status append_variable(const Variable& variable, const std::string& format, WipedString& out) {
  const std::string_view value = variable.value.reveal_text(RevealReason::deliver);
  if (value.find('\0') != std::string_view::npos)
    return make_error(
        ErrorCode::invalid_argument,
        variable.name + " has a byte 0, which no environment variable can hold; use 'strongroom run --file'");
  if (format == "shell") {
    out.append("export ").append(variable.name).push_back('=');
    append_quoted_for_shell(value, out);
  } else if (format == "docker") {
    if (value.find_first_of("\r\n") != std::string_view::npos)
      return make_error(ErrorCode::invalid_argument,
                        variable.name + " has a line break, which --env-file of docker cannot hold");
    out.append(variable.name).append("=").append(value);
  } else {
    out.append(variable.name).push_back('=');
    append_quoted(value, '"', "\"\\$", out);
  }
  out.push_back('\n');
  return {};
}

Status write_json(const std::vector<Variable>& variables, WipedString& out) {
  protocol::JsonWriter writer(out);
  writer.begin_object();
  for (const auto& variable : variables) {
    const std::string_view value = variable.value.reveal_text(RevealReason::deliver);
    if (!protocol::is_utf8(value))
      return make_error(ErrorCode::invalid_argument, variable.name + " is not text, which JSON cannot hold");
    writer.key(variable.name).string(value);
  }
  writer.end_object();
  out.push_back('\n');
  return {};
}

Status write_all(const std::vector<Variable>& variables, const std::string& format, WipedString& out) {
  if (format == "json") return write_json(variables, out);
  for (const auto& variable : variables) STRONGROOM_CHECK(append_variable(variable, format, out));
  return {};
}

int run_export_env(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto variables = variables_of(session, **client, options);
  if (!variables) return session.fail(variables.error());
  WipedString text(wiped_heap());
  Status status = write_all(*variables, session.options().json ? "json" : options.format, text);
  if (!status) return session.fail(status.error());
  if (options.out.empty()) {
    print(text);
    return 0;
  }
  status = write_private_file(options.out, text, options.force ? Overwrite::yes : Overwrite::no);
  return status ? 0 : session.fail(status.error());
}

}  // namespace

std::function<int(Session&)> prepare_export_env(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("path", options->paths,
                 "Secrets, or folders whose secrets become variables, named after the last part in capital letters. A "
                 "path that ends in '/' is a folder.")
      ->required();
  app.add_option("--format", options->format, "shell (for eval), dotenv, docker or json. Default: shell.")
      ->check(CLI::IsMember({"shell", "dotenv", "docker", "json"}));
  app.add_option("--prefix", options->prefix, "Letters, digits and '_' before every name.")
      ->check([](const std::string& text) {
        const bool plain = variable_name(text) == text;
        return plain ? std::string() : std::string("must be capital letters, digits and '_'");
      });
  app.add_option("-o,--out", options->out, "File to write, readable by you alone. Default: standard output.");
  app.add_flag("-f,--force", options->force, "Replace the file when it exists.");
  return [options](Session& session) { return run_export_env(session, *options); };
}

}  // namespace strongroom::cli
