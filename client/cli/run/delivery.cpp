#include "client/cli/run/delivery.h"

#include <algorithm>

#include <strongroom/protocol/methods/secret.h>

#include "client/cli/fetch.h"
#include "client/cli/terminal.h"

namespace strongroom::cli::run {

namespace wire = protocol::secret;

namespace {

constexpr std::size_t k_largest_file = 8 * 1024 * 1024;

Error about(std::string_view name, const Error& error) {
  return make_error(error.code, neutralised(name) + ": " + error.message);
}

Result<Delivery> make_delivery(std::string_view name, std::string_view reference, Way way) {
  Delivery delivery;
  delivery.name = std::string(name);
  delivery.way = way;
  auto parsed = parse_reference(reference);
  if (!parsed) return about(name, parsed.error());
  delivery.reference = std::move(parsed).value();
  delivery.with_scheme = reference.starts_with(k_scheme);
  return delivery;
}

// What comes later wins.
void forget(Plan& plan, std::string_view name) {
  std::erase_if(plan.deliveries, [&](const Delivery& one) { return one.name == name; });
  std::erase_if(plan.plain, [&](const EnvironmentVariable& one) { return one.name == name; });
}

Status add_inherited(Plan& plan, const char* const* inherited) {
  for (; inherited && *inherited; ++inherited) {
    const std::string_view entry(*inherited);
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos || !entry.substr(equals + 1).starts_with(k_scheme)) continue;
    STRONGROOM_ASSIGN(Delivery made,
                      make_delivery(entry.substr(0, equals), entry.substr(equals + 1), Way::environment));
    forget(plan, made.name);
    plan.deliveries.push_back(std::move(made));
  }
  return {};
}

Status add_environment_file(Plan& plan, const std::string& file) {
  const auto content = read_file(file, k_largest_file);
  if (!content) return make_error(content.error().code, file + " " + content.error().message);
  auto variables = parse_env_file(content->reveal_text(RevealReason::inspect));
  if (!variables)
    return make_error(variables.error().code,
                      file + ", " + variables.error().subject + ": " + variables.error().message);
  for (auto& variable : *variables) {
    if (!variable.given) continue;  // a name alone is passed on as the command inherits it
    forget(plan, variable.name);
    const std::string_view value = variable.value.reveal_text(RevealReason::inspect);
    if (!value.starts_with(k_scheme)) {
      plan.plain.push_back(std::move(variable));
      continue;
    }
    STRONGROOM_ASSIGN(Delivery made, make_delivery(variable.name, value, Way::environment));
    plan.deliveries.push_back(std::move(made));
  }
  return {};
}

Status add_asked(Plan& plan, std::vector<std::string>& asked, const std::vector<std::string>& words, Way way) {
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
      return make_error(ErrorCode::invalid_argument,
                        "an argument of --env, --file or --file-fd is not NAME=REFERENCE; it is not repeated here");
    STRONGROOM_ASSIGN(Delivery made,
                      make_delivery(word.substr(0, equals), std::string_view(word).substr(equals + 1), way));
    if (std::ranges::find(asked, made.name) != asked.end())
      return make_error(ErrorCode::invalid_argument, neutralised(made.name) + " is given twice");
    asked.push_back(made.name);
    forget(plan, made.name);
    plan.deliveries.push_back(std::move(made));
  }
  return {};
}

}  // namespace

bool Plan::has_files() const noexcept {
  return std::ranges::find(deliveries, Way::file, &Delivery::way) != deliveries.end();
}

Result<Plan> plan_deliveries(const Sources& sources, const char* const* inherited) {
  Plan plan;
  std::vector<std::string> asked;
  STRONGROOM_CHECK(add_inherited(plan, inherited));
  for (const auto& file : sources.environment_files) STRONGROOM_CHECK(add_environment_file(plan, file));
  STRONGROOM_CHECK(add_asked(plan, asked, sources.environment, Way::environment));
  STRONGROOM_CHECK(add_asked(plan, asked, sources.files, Way::file));
  STRONGROOM_CHECK(add_asked(plan, asked, sources.descriptors, Way::descriptor));
  if (plan.deliveries.size() > static_cast<std::size_t>(wire::k_max_batch))
    return make_error(ErrorCode::too_large,
                      "more than " + std::to_string(wire::k_max_batch) + " references are asked for");
  return plan;
}

Status fetch(client::Client& client, Plan& plan) {
  std::vector<Reference> references;
  for (const auto& one : plan.deliveries) references.push_back(one.reference);
  auto values = fetch_values(client, references);
  if (!values) {
    const auto failed = std::ranges::find(plan.deliveries, values.error().subject,
                                          [](const Delivery& one) { return to_text(one.reference); });
    if (failed == plan.deliveries.end()) return values.error();
    // Whoever wrote NAME=VALUE for NAME=REFERENCE shall not find the value in a log.
    const std::string& message = values.error().message;
    return about(failed->name,
                 make_error(values.error().code,
                            failed->with_scheme
                                ? neutralised(failed->reference.path) + ": " + message
                                : message + "; what was given is not repeated, because it may be a value and no path"));
  }
  for (std::size_t i = 0; i < plan.deliveries.size(); ++i) plan.deliveries[i].value = std::move((*values)[i]);
  return {};
}

}  // namespace strongroom::cli::run
