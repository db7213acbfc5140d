// What a hostile or broken client does to the daemon, and how others and the daemon fare meanwhile.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <strongroom/client/client.h>

#include "tests/support/eventually.h"
#include "tests/support/raw_socket.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {

// Connections of this process are many.
void raise_own_descriptor_limit();

// Of a process, as the kernel counts.
std::size_t resident_kib(pid_t pid);
std::size_t peak_resident_kib(pid_t pid);
std::size_t open_descriptors(pid_t pid);

// The time under which 99 of 100 gets stay, and beside it the same of messages between two threads of the test: what
// the machine does beside the test is in both, what the daemon does is in the first alone.
struct Latency {
  std::chrono::microseconds gets{};
  std::chrono::microseconds machine{};
};

Latency measure_latency(client::Client& client);

using Crowd = std::vector<std::unique_ptr<RawSocket>>;

// Connects `count` clients which each send `bytes` and read nothing.
Crowd crowd(const TestDaemon& daemon, std::size_t count, std::string_view bytes);

}  // namespace strongroom::tests
