// The contract on every storage there is, each through the loader and the adapter.
#include "tests/contract/storage_contract.h"
#include "tests/contract/plugin_files.h"

namespace strongroom::testing {
namespace {

StorageUnderTest storage(std::string name) {
  return {name, [name](const std::filesystem::path& folder) -> Result<std::unique_ptr<store::Storage>> {
            STRONGROOM_ASSIGN(auto opened, open_storage(name, folder));
            return opened;
          }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Plugins, StorageContract,
                         ::testing::Values(storage("memory"), storage("sqlite"), storage("hello")),
                         [](const auto& test) { return test.param.name; });

}  // namespace strongroom::testing
