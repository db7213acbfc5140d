// Makes a store with all kinds of slots and sealed items, for the second implementation to open.
//
//   make_store FOLDER
//
// FOLDER/data and FOLDER/state hold the store, FOLDER/passphrase and FOLDER/recovery the credentials, FOLDER/items one
// file per sealed item named after it, FOLDER/hash a keyed hash in hex. What the items hold is agreed upon with
// open_store_test.py: field i of n bytes has byte k = (k * 7 + i * 13 + k / 251) mod 256.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "daemon/vault/vault.h"

namespace {

using namespace strongroom;
using namespace strongroom::vault;

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "make_store: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void write(const std::filesystem::path& file, BytesView content) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

Bytes pattern(std::size_t size, std::size_t field) {
  Bytes bytes(size);
  for (std::size_t k = 0; k < size; ++k) bytes[k] = static_cast<Byte>(k * 7 + field * 13 + k / 251);
  return bytes;
}

void seal(const Vault& vault, const std::filesystem::path& file, const ItemContext& context,
          const std::vector<std::size_t>& sizes) {
  std::vector<Bytes> fields;
  for (std::size_t i = 0; i < sizes.size(); ++i) fields.push_back(pattern(sizes[i], i));
  const std::vector<BytesView> views(fields.begin(), fields.end());
  Bytes item;
  must(vault.seal(context, views, item));
  write(file, item);
}

void make_items(const Vault& vault, const std::filesystem::path& folder) {
  const ItemContext head{"head", "default", "secrets", as_bytes("row"), as_bytes("parent"), 7, {}, 1};
  seal(vault, folder / "small", head, {0, 1, 12, 13, 100, 252, 253});
  seal(vault, folder / "none", head, {});
  ItemContext record{"entry", "team-a", "records", as_bytes("r"), {}, ~0ull, as_bytes("owner-1"), 3};
  seal(vault, folder / "large", record, {65'532, 65'533, 500'000});
  seal(vault, folder / "chunked", head, {4 * 65'536 - 4, 1'000'003});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  for (const char* name : {"data", "state", "items"}) std::filesystem::create_directory(folder / name);
  const auto arena = must(KeyArena::make(KeyArena::Locking::allow_unlocked));
  Bytes machine(16);
  for (std::size_t i = 0; i < machine.size(); ++i) machine[i] = static_cast<Byte>(i * 17);
  const auto vault =
      must(Vault::open({folder / "data", folder / "state"}, *arena, machine, k_kdf_floor, system_clock()));
  const std::string_view passphrase = "grüße aus dem tresor";
  const auto code = must(vault->create({Secret(as_bytes(passphrase)), true, true}));
  must(vault->ensure_name_space("team-a"));
  must(vault->add_recovery("a second code, so that the script has to choose"));
  write(folder / "passphrase", as_bytes(passphrase));
  write(folder / "recovery", code->reveal(RevealReason::test));
  make_items(*vault, folder / "items");
  const BytesView parts[] = {as_bytes("one"), as_bytes("two")};
  write(folder / "hash", as_bytes(to_hex(must(vault->keyed_hash(SystemKey::lookup, "path", parts)))));
  return 0;
}
