#include "daemon/app/last_words.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <strongroom/base/masking.h>

namespace strongroom::app {

namespace {

// std::set_terminate() takes a function without any context.
std::atomic<log::Log*> g_log = nullptr;

std::string last_sentence() {
  const std::string begin = "the daemon ends: ";
  if (!std::current_exception()) return begin + "std::terminate was called";
  try {
    throw;
  } catch (const std::exception& exception) {
    return begin + "nobody took an exception: " + exception.what();
  } catch (...) {
    return begin + "nobody took an exception of an unknown type";
  }
}

// Whoever threw may hold the log's locks: then the alarm ends the process.
[[noreturn]] void say_and_abort() noexcept {
  alarm(2);
  const std::string sentence = last_sentence();
  if (log::Log* const log = g_log.exchange(nullptr)) {
    log->error(sentence);
    log->flush();
  } else {
    std::fprintf(stderr, "strongroomd: %s\n", mask_secrets(sentence).c_str());
  }
  std::abort();
}

}  // namespace

void install_last_words() noexcept {
  std::set_terminate(say_and_abort);
}

LastWords::LastWords(log::Log& log) noexcept {
  g_log = &log;
}

LastWords::~LastWords() {
  g_log = nullptr;
}

}  // namespace strongroom::app
