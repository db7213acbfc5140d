// Child processes of a test: started by posix_spawn, awaited, never left behind.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace strongroom::tests {

struct Outcome {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string output;
  std::string errors;
  bool dumped_core = false;
};

class Process {
 public:
  struct Options {
    std::vector<std::string> environment;  // whole; empty: that of the test
    std::string input;
    bool capture = true;  // otherwise output and errors are the test's own
    std::string folder;   // working folder
  };

  Process(std::vector<std::string> arguments, Options options);

  explicit Process(std::vector<std::string> arguments) : Process(std::move(arguments), Options{}) {}

  // Ends it with SIGKILL when it still runs.
  ~Process() {
    if (running()) {
      kill(SIGKILL);
      (void)wait();
    }
    close_all();
  }

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const noexcept { return pid_; }

  // Nothing when it has ended: the number may be somebody else's by then, and one below 1 would mean many.
  void kill(int signal) const noexcept {
    if (pid_ > 0 && !reaped_) ::kill(pid_, signal);
  }

  bool running() {
    if (reaped_) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
    note(status);
    return false;
  }

  // Reads its output to the end and waits. Throws when it takes longer than the limit.
  Outcome wait(std::chrono::seconds limit = std::chrono::seconds(60));

 private:
  void note(int status) {
    reaped_ = true;
    outcome_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    outcome_.dumped_core = WIFSIGNALED(status) && WCOREDUMP(status);
  }

  void close_all() {
    for (int* descriptor : {&output_, &errors_}) {
      if (*descriptor >= 0) ::close(*descriptor);
      *descriptor = -1;
    }
  }

  static bool drain(int& descriptor, std::string& into) {
    char text[4096];
    const ssize_t n = read(descriptor, text, sizeof text);
    if (n > 0) {
      into.append(text, static_cast<std::size_t>(n));
      return true;
    }
    ::close(descriptor);
    descriptor = -1;
    return false;
  }

  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
  bool reaped_ = false;
  Outcome outcome_;
};

inline Process::Process(std::vector<std::string> arguments, Options options) {
  int in[2];
  int out[2];
  int err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  if (options.capture) {
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  }
  if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (auto& entry : options.environment) envp.push_back(entry.data());
  envp.push_back(nullptr);
  const int result =
      posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), options.environment.empty() ? environ : envp.data());
  posix_spawn_file_actions_destroy(&actions);
  for (const int descriptor : {in[0], out[1], err[1]}) ::close(descriptor);
  output_ = out[0];
  errors_ = err[0];
  if (result != 0) {
    ::close(in[1]);
    close_all();
    reaped_ = true;
    throw std::runtime_error("cannot start " + arguments[0]);
  }
  signal(SIGPIPE, SIG_IGN);
  // Inputs of tests fit into a pipe.
  for (std::size_t at = 0; at < options.input.size();) {
    const ssize_t n = write(in[1], options.input.data() + at, options.input.size() - at);
    if (n <= 0) break;
    at += static_cast<std::size_t>(n);
  }
  ::close(in[1]);
}

inline Outcome Process::wait(std::chrono::seconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (output_ >= 0 || errors_ >= 0) {
    pollfd watched[2] = {{output_, POLLIN, 0}, {errors_, POLLIN, 0}};
    if (poll(watched, 2, 100) > 0) {
      if (watched[0].revents != 0) drain(output_, outcome_.output);
      if (watched[1].revents != 0) drain(errors_, outcome_.errors);
    }
    if (std::chrono::steady_clock::now() > until) {
      kill(SIGKILL);
      throw std::runtime_error("a child process took too long: " + outcome_.errors);
    }
    // A daemon that it left behind may hold the pipes open.
    if (!running() && poll(watched, 2, 0) <= 0) break;
  }
  while (running()) {
    if (std::chrono::steady_clock::now() > until) {
      kill(SIGKILL);
      throw std::runtime_error("a child process took too long: " + outcome_.errors);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return outcome_;
}

}  // namespace strongroom::tests
