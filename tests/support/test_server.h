// A real server on a real socket inside a test: our listener, dispatcher and threads over whatever services the test
// binds.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <string>

#include <strongroom/base/wiped_memory.h>
#include <strongroom/client/endpoint.h>

#include "daemon/ipc/dispatcher.h"
#include "daemon/ipc/server.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::tests {

class TestServer {
 public:
  // `bind_services` adds interfaces and methods. Every caller of this user is admitted, the store counts as unlocked.
  explicit TestServer(const std::function<void(ipc::Dispatcher&)>& bind_services,
                      ipc::Server::Options options = ipc::Server::Options{})
      : dispatcher_({"Strongroom", "test", "1", "https://strongroom.example/"},
                    ipc::Admission({.owner = geteuid()}, [] { return protocol::service::StoreState::unlocked; })) {
    bind_services(dispatcher_);
    socket_ = (folder_.path() / "s").string();
    const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_.c_str(), sizeof address.sun_path - 1);
    if (bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listening, 64) != 0)
      throw std::runtime_error("the test's socket cannot be made");
    server_ = std::make_unique<ipc::Server>(
        dispatcher_, [](int) -> Result<ipc::Caller> { return ipc::Caller{geteuid(), getpid()}; }, ipc::BatchHooks{},
        &memory_, options);
    if (auto started = server_->start(listening); !started) throw std::runtime_error(started.error().message);
  }

  const std::string& socket() const noexcept { return socket_; }

  client::Endpoint endpoint() const { return {socket_, geteuid()}; }

  ipc::Server& server() noexcept { return *server_; }

  WipedMemory& memory() noexcept { return memory_; }

 private:
  TemporaryFolder folder_;
  std::string socket_;
  WipedMemory memory_;
  ipc::Dispatcher dispatcher_;
  std::unique_ptr<ipc::Server> server_;
};

}  // namespace strongroom::tests
