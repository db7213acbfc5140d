// What runs beside a client of the daemon: hostile plugins, or as much work that is nobody's harm.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/cli.h"

namespace strongroom::tests {

// Installs every plugin of this folder; the monitors among them are disabled.
void install_neighbours(const TestDaemon& daemon);

// Processes that the daemon has started and that are still there.
std::size_t children_of(pid_t pid);

// From its beginning to its end something runs beside the client.
class Neighbours {
 public:
  virtual ~Neighbours() = default;

  // Whether it has done what it is for: a measure beside nothing says nothing.
  virtual bool at_work() { return true; }
};

// An exporter and a monitor spin, a monitor sleeps, others crash or answer with a gigabyte again and again.
std::unique_ptr<Neighbours> hostile_neighbours(const TestDaemon& daemon);

// The same with plugins that behave; as many processes spin, but none is the daemon's.
std::unique_ptr<Neighbours> harmless_neighbours(const TestDaemon& daemon);

// The daemon itself stops now and then, as one does that waits for a plugin where it must not.
std::unique_ptr<Neighbours> stops_of(const TestDaemon& daemon);

}  // namespace strongroom::tests
