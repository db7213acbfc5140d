// Commands that are nothing but their method's declaration.
#include <memory>

#include <strongroom/protocol/catalogue.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/output.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

using protocol::CliRole;
using protocol::FieldInfo;
using protocol::TypeKind;

namespace {

struct Argument {
  const FieldInfo* field = nullptr;
  std::string text;
  bool flag = false;
  CLI::Option* option = nullptr;
};

std::string option_name(std::string_view field) {
  std::string name = "--" + std::string(field);
  for (char& c : name)
    if (c == '_') c = '-';
  return name;
}

void add(CLI::App& app, Argument& argument) {
  const FieldInfo& field = *argument.field;
  const std::string documentation(field.documentation);
  if (field.cli == CliRole::positional)
    argument.option = app.add_option(std::string(field.name), argument.text, documentation);
  else if (field.type->kind == TypeKind::boolean)
    argument.option = app.add_flag(option_name(field.name), argument.flag, documentation);
  else
    argument.option = app.add_option(option_name(field.name), argument.text, documentation);
  if (!field.type->nullable) argument.option->required();
}

Status write_argument(const Argument& argument, protocol::JsonWriter& writer) {
  const FieldInfo& field = *argument.field;
  writer.key(field.name);
  switch (field.type->kind) {
    case TypeKind::boolean:
      writer.boolean(argument.flag);
      return {};
    case TypeKind::integer: {
      std::int64_t number = 0;
      if (!CLI::detail::lexical_cast(argument.text, number))
        return make_error(ErrorCode::invalid_argument, "must be a whole number", option_name(field.name));
      writer.integer(number);
      return {};
    }
    default:
      writer.string(argument.text);
      return {};
  }
}

Result<std::string> request_text(const std::vector<std::unique_ptr<Argument>>& arguments) {
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  writer.begin_object();
  for (const auto& argument : arguments)
    if (argument->option->count() > 0) STRONGROOM_CHECK(write_argument(*argument, writer));
  writer.end_object();
  return std::string(text);
}

}  // namespace

int print_answer(Session& session, std::string_view method, const protocol::JsonValue& answer) {
  const auto* entry = protocol::find_method(method);
  if (session.options().json)
    print(as_json(*entry->response, answer));
  else if (!session.options().quiet)
    print(as_text(*entry->response, answer));
  return 0;
}

std::unique_ptr<CLI::App> app_of(const Command& command) {
  auto app = std::make_unique<CLI::App>(std::string(command.summary), "strongroom " + std::string(command.name));
  app->footer("Example: " + std::string(command.example) + "\n");
  if (command.prepare)
    command.prepare(*app);
  else
    prepare_generic(*app, command.method);
  return app;
}

std::function<int(Session&)> prepare_generic(CLI::App& app, std::string_view method) {
  const auto* entry = protocol::find_method(method);
  auto arguments = std::make_shared<std::vector<std::unique_ptr<Argument>>>();
  for (const auto& field : entry->request->fields) {
    if (field.cli == CliRole::hidden) continue;
    arguments->push_back(std::make_unique<Argument>(Argument{.field = &field}));
    add(app, *arguments->back());
  }
  return [arguments, method](Session& session) {
    auto request = request_text(*arguments);
    if (!request) return session.fail(request.error());
    auto client = session.client();
    if (!client) return session.fail(client.error());
    offer_recovery_code(session);
    const auto answer = (*client)->call_raw(method, *request);
    if (!answer) return session.fail(answer.error());
    return print_answer(session, method, *answer);
  };
}

}  // namespace strongroom::cli
