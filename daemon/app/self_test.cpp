#include "daemon/app/self_test.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "daemon/app/places.h"
#include "daemon/plugin_host/builtin_plugins.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::app {

namespace {

// A folder that is gone when this ends. Below the state folder, because a shared temporary folder is no place for keys.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& above) {
    if (!prepare_folder(above)) return;
    std::string name = (above / "self-test-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }

  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Status check_vault(const std::filesystem::path& folder, bool require_lock) {
  using Locking = vault::KeyArena::Locking;
  STRONGROOM_ASSIGN(const auto arena,
                    vault::KeyArena::make(require_lock ? Locking::required : Locking::allow_unlocked));
  const Bytes machine(16, 1);
  STRONGROOM_ASSIGN(const auto vault, vault::Vault::open({folder, folder}, *arena, machine, {}, system_clock()));
  STRONGROOM_ASSIGN(const auto code, vault->create({}));
  const vault::ItemContext context{.kind = "self-test",
                                   .name_space = "default",
                                   .table = "self-test",
                                   .row = as_bytes("row"),
                                   .parent = {},
                                   .version = 1,
                                   .owner = {},
                                   .schema = 1};
  Bytes item;
  const BytesView fields[] = {as_bytes("what was sealed")};
  STRONGROOM_CHECK(vault->seal(context, fields, item));
  STRONGROOM_CHECK(vault->lock(false));
  STRONGROOM_CHECK(vault->unlock_with_recovery_code(*code));
  STRONGROOM_ASSIGN(const auto opened, vault->open(context, item, wiped_heap()));
  if (opened.size() != 1 || opened.front().reveal_text(RevealReason::test) != "what was sealed")
    return make_error(ErrorCode::internal, "what was sealed does not come back");
  item.back() ^= 1;
  if (vault->open(context, item, wiped_heap())) return make_error(ErrorCode::internal, "a changed item opens");
  return {};
}

Status check_storage(std::string_view name, const std::filesystem::path& folder) {
  STRONGROOM_ASSIGN(auto storage,
                    plugin_host::open_builtin_storage(name, folder, [](std::uint32_t, std::string_view) {}));
  store::Store store(std::move(storage));
  const store::RowKey key{1, {}, as_bytes("key")};
  STRONGROOM_CHECK(store.write_and_wait(
      [&](store::WriteTransaction& transaction) { return transaction.put(key, 1, as_bytes("bytes")); }));
  return store.read([&](store::ReadTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(const auto row, transaction.get(key));
    if (!row || as_text(row->bytes) != "bytes") return make_error(ErrorCode::internal, "a row does not come back");
    return {};
  });
}

}  // namespace

int self_test(const Configuration& configuration) {
  const Scratch scratch(configuration.state);
  if (scratch.path().empty()) {
    std::fprintf(stderr, "strongroomd: no folder can be made in %s\n", configuration.state.c_str());
    return 1;
  }
  int failed = 0;
  const auto line = [&](std::string_view what, const Status& status) {
    if (!status) ++failed;
    std::printf("%-24.*s %s\n", static_cast<int>(what.size()), what.data(),
                status ? "passed" : ("FAILED: " + status.error().message).c_str());
  };
  line("keys and sealing", check_vault(scratch.path(), configuration.require_locked_memory));
  for (const auto& plugin : plugin_host::builtin_plugins())
    if (plugin.type == "storage")
      line("storage " + std::string(plugin.name), check_storage(plugin.name, scratch.path()));
  std::printf(failed == 0 ? "self-test passed\n" : "self-test FAILED\n");
  return failed == 0 ? 0 : 1;
}

}  // namespace strongroom::app
