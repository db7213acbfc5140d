#include "daemon/platform/kept_helper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace strongroom::platform {

namespace {

using Length = std::array<Byte, 4>;

Length encoded(std::size_t size) {
  Length out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Byte>(size >> (8 * i));
  return out;
}

std::size_t decoded(const Length& length) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < length.size(); ++i) out |= static_cast<std::size_t>(length[i]) << (8 * i);
  return out;
}

Error has_ended() {
  return make_error(ErrorCode::unreachable, "the helper has ended");
}

// Until the descriptor is ready.
Status wait_for(int descriptor, short events, std::chrono::steady_clock::time_point until) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return make_error(ErrorCode::timeout, "it did not answer in time");
    pollfd watched{descriptor, events, 0};
    const int ready = poll(&watched, 1, static_cast<int>(left));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return has_ended();
  }
}

}  // namespace

KeptHelper::KeptHelper(std::vector<std::string> words, std::vector<std::string> environment)
    : words_(std::move(words)), environment_(std::move(environment)) {}

KeptHelper::~KeptHelper() {
  end();
}

Status KeptHelper::start() {
  if (!in_.open() || !out_.open() || fcntl(in_.write.get(), F_SETFL, O_NONBLOCK) != 0 ||
      fcntl(out_.read.get(), F_SETFL, O_NONBLOCK) != 0)
    return make_error(ErrorCode::unreachable, "no pipe can be made");
  STRONGROOM_ASSIGN(child_, start_helper(words_, environment_, in_, out_));
  in_.read = {};
  out_.write = {};
  return {};
}

void KeptHelper::end() {
  in_ = {};
  out_ = {};
  if (child_ < 0) return;
  kill(child_, SIGKILL);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

void KeptHelper::rest() {
  const std::lock_guard guard(mutex_);
  end();
}

Status KeptHelper::send(BytesView bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    const ssize_t n = write(in_.write.get(), bytes.data(), bytes.size());
    if (n > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n == 0 || errno != EAGAIN) return has_ended();
    STRONGROOM_CHECK(wait_for(in_.write.get(), POLLOUT, until));
  }
  return {};
}

Status KeptHelper::receive(MutableBytes room, Clock::time_point until) {
  while (!room.empty()) {
    const ssize_t n = read(out_.read.get(), room.data(), room.size());
    if (n > 0) {
      room = room.subspan(static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n == 0 || errno != EAGAIN) return has_ended();
    STRONGROOM_CHECK(wait_for(out_.read.get(), POLLIN, until));
  }
  return {};
}

Result<Secret> KeptHelper::converse(BytesView question, std::size_t most_answer, Clock::time_point until) {
  STRONGROOM_CHECK(send(encoded(question.size()), until));
  STRONGROOM_CHECK(send(question, until));
  Length length{};
  STRONGROOM_CHECK(receive(length, until));
  const std::size_t size = decoded(length);
  if (size > most_answer) return make_error(ErrorCode::too_large, "it says too much");
  Secret answer = Secret::of_size(size);
  STRONGROOM_CHECK(receive(answer.writable(), until));
  return answer;
}

Result<Secret> KeptHelper::ask(BytesView question, std::size_t most_answer, std::chrono::milliseconds deadline) {
  const std::lock_guard guard(mutex_);
  const auto until = Clock::now() + deadline;
  const bool was_running = child_ >= 0;
  for (bool again = was_running;; again = false) {
    if (child_ < 0) {
      if (Status started = start(); !started) {
        end();
        return started.error();
      }
    }
    auto answer = converse(question, most_answer, until);
    if (answer) return answer;
    end();
    // It may have ended before this question.
    if (!again || answer.error().code != ErrorCode::unreachable) return answer;
  }
}

}  // namespace strongroom::platform
