// A command is a name, a line about it, and a function. Only the one that was asked for is ever built.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/session.h"

namespace CLI {
class App;
}

namespace strongroom::cli {

// Adds the command's own options to `app`; returns what runs after they were read. What it captures lives as long as it
// does.
using Prepare = std::function<int(Session&)> (*)(CLI::App& app);

struct Command {
  std::string_view name;      // "secret set"
  std::string_view summary;   // one sentence
  std::string_view example;   // one line
  Prepare prepare;            // nullptr: generic, from the declaration of `method`
  std::string_view method{};  // "io.strongroom.Vault.Lock"
  bool runs_program = false;  // what stands behind "--" is a program's, and mistakes end with k_run_failed
};

// All commands, in the order of the help.
const std::vector<Command>& commands();

// The command that the words begin with, and how many of them are its name: "secret set openai/key" begins with "secret
// set". "ls", "rm", "mv" and "cp" are understood as last words. nullptr when there is none.
const Command* find_command(const std::vector<std::string>& words, std::size_t& used);

// "audit witness" of "audit witness --help": the first words when commands begin with all of them; empty otherwise.
std::string group_of(const std::vector<std::string>& words);

// How many of the words are options, with their values, that stand before the command.
std::size_t leading_options(const std::vector<std::string>& words);

// The command's arguments as they would be read, for help and completion. Nothing is run.
std::unique_ptr<CLI::App> app_of(const Command& command);

// Adds what every command takes: --json, --socket, --reason and so on. `options` lives as long as the app.
void add_global_options(CLI::App& app, GlobalOptions& options);

// Adds options made of a method's request and returns what calls it and prints its answer.
std::function<int(Session&)> prepare_generic(CLI::App& app, std::string_view method);

// Prints an answer as the global options want it.
int print_answer(Session& session, std::string_view method, const protocol::JsonValue& answer);

std::function<int(Session&)> prepare_init(CLI::App& app);
std::function<int(Session&)> prepare_unlock(CLI::App& app);
std::function<int(Session&)> prepare_slot_add(CLI::App& app);
std::function<int(Session&)> prepare_slot_test(CLI::App& app);
std::function<int(Session&)> prepare_slot_rotate(CLI::App& app);
std::function<int(Session&)> prepare_key_list(CLI::App& app);
std::function<int(Session&)> prepare_key_rotate(CLI::App& app);
std::function<int(Session&)> prepare_secret_set(CLI::App& app);
std::function<int(Session&)> prepare_secret_get(CLI::App& app);
std::function<int(Session&)> prepare_secret_list(CLI::App& app);
std::function<int(Session&)> prepare_secret_delete(CLI::App& app);
std::function<int(Session&)> prepare_secret_undelete(CLI::App& app);
std::function<int(Session&)> prepare_secret_destroy(CLI::App& app);
std::function<int(Session&)> prepare_secret_purge(CLI::App& app);
std::function<int(Session&)> prepare_secret_move(CLI::App& app);
std::function<int(Session&)> prepare_secret_copy(CLI::App& app);
std::function<int(Session&)> prepare_secret_rollback(CLI::App& app);
std::function<int(Session&)> prepare_secret_promote(CLI::App& app);
std::function<int(Session&)> prepare_secret_clear(CLI::App& app);
std::function<int(Session&)> prepare_secret_label(CLI::App& app);
std::function<int(Session&)> prepare_secret_metadata(CLI::App& app);
std::function<int(Session&)> prepare_secret_expire(CLI::App& app);
std::function<int(Session&)> prepare_secret_policy(CLI::App& app);
std::function<int(Session&)> prepare_secret_search(CLI::App& app);
std::function<int(Session&)> prepare_secret_stale(CLI::App& app);
std::function<int(Session&)> prepare_secret_watch(CLI::App& app);
std::function<int(Session&)> prepare_status(CLI::App& app);
std::function<int(Session&)> prepare_read(CLI::App& app);
std::function<int(Session&)> prepare_inject(CLI::App& app);
std::function<int(Session&)> prepare_import(CLI::App& app);
std::function<int(Session&)> prepare_export_env(CLI::App& app);
std::function<int(Session&)> prepare_export_audit(CLI::App& app);
std::function<int(Session&)> prepare_export_secrets(CLI::App& app);
std::function<int(Session&)> prepare_export_bundle(CLI::App& app);
std::function<int(Session&)> prepare_export_plugins(CLI::App& app);
std::function<int(Session&)> prepare_export_status(CLI::App& app);
std::function<int(Session&)> prepare_backup_create(CLI::App& app);
std::function<int(Session&)> prepare_backup_verify(CLI::App& app);
std::function<int(Session&)> prepare_backup_restore(CLI::App& app);
std::function<int(Session&)> prepare_backup_list(CLI::App& app);
std::function<int(Session&)> prepare_backup_schedule(CLI::App& app);
std::function<int(Session&)> prepare_plugin_list(CLI::App& app);
std::function<int(Session&)> prepare_plugin_info(CLI::App& app);
std::function<int(Session&)> prepare_plugin_install(CLI::App& app);
std::function<int(Session&)> prepare_health(CLI::App& app);
std::function<int(Session&)> prepare_doctor(CLI::App& app);
std::function<int(Session&)> prepare_log_tail(CLI::App& app);
std::function<int(Session&)> prepare_log_search(CLI::App& app);
std::function<int(Session&)> prepare_log_export(CLI::App& app);
std::function<int(Session&)> prepare_log_mode(CLI::App& app);
std::function<int(Session&)> prepare_bugreport(CLI::App& app);
std::function<int(Session&)> prepare_plugin_check(CLI::App& app);
std::function<int(Session&)> prepare_plugin_config(CLI::App& app);
std::function<int(Session&)> prepare_completion(CLI::App& app);
std::function<int(Session&)> prepare_config_show(CLI::App& app);
std::function<int(Session&)> prepare_config_path(CLI::App& app);
std::function<int(Session&)> prepare_config_check(CLI::App& app);
std::function<int(Session&)> prepare_secret_edit(CLI::App& app);
std::function<int(Session&)> prepare_secret_history(CLI::App& app);
std::function<int(Session&)> prepare_audit_tail(CLI::App& app);
std::function<int(Session&)> prepare_audit_list(CLI::App& app);
std::function<int(Session&)> prepare_audit_show(CLI::App& app);
std::function<int(Session&)> prepare_audit_summary(CLI::App& app);
std::function<int(Session&)> prepare_audit_verify(CLI::App& app);
std::function<int(Session&)> prepare_audit_checkpoint(CLI::App& app);
std::function<int(Session&)> prepare_audit_prove(CLI::App& app);
std::function<int(Session&)> prepare_audit_verify_proof(CLI::App& app);
std::function<int(Session&)> prepare_audit_key(CLI::App& app);
std::function<int(Session&)> prepare_audit_archive(CLI::App& app);
std::function<int(Session&)> prepare_audit_witness_add(CLI::App& app);
std::function<int(Session&)> prepare_audit_export(CLI::App& app);
std::function<int(Session&)> prepare_audit_verify_export(CLI::App& app);
std::function<int(Session&)> prepare_audit_redact(CLI::App& app);
std::function<int(Session&)> prepare_accept_rollback(CLI::App& app);
std::function<int(Session&)> prepare_run(CLI::App& app);

// `run` keeps the exit codes of its command apart from its own, as env and docker do.
inline constexpr int k_run_failed = 125;

// After the first start of a daemon by this command: makes and shows the recovery code on a terminal, or says how to.
void offer_recovery_code(Session& session);

// Runs the command line. Returns the process's exit code.
int run_command_line(int argc, char** argv);

// Says on standard error what the daemon notes about where the values of a secret lie.
void tell_notice(const std::string& path, const std::optional<std::string>& notice);

}  // namespace strongroom::cli
