// How many bytes of content a second an age file takes and gives, beside ChaCha20-Poly1305 alone over pieces of the
// same size. Memory to memory; the header, which is done once, lies in the time.
#include <benchmark/benchmark.h>
#include <sodium.h>

#include <array>
#include <cstdlib>

#include <strongroom/base/random.h>

#include "tests/support/age_files.h"

namespace strongroom::bench {
namespace {

constexpr std::size_t k_piece = 64 * 1024;
constexpr std::size_t k_content = std::size_t{16} << 20;
// Of a read from a descriptor, in a restore.
constexpr std::size_t k_step = 256 * 1024;

const std::string& content() {
  static const std::string made = [] {
    std::string out(k_content, '\0');
    fill_random({reinterpret_cast<Byte*>(out.data()), out.size()});
    return out;
  }();
  return made;
}

const age::Identity& identity() {
  static const age::Identity made = age::Identity::generate();
  return made;
}

Status pass_over(BytesView bytes) {
  benchmark::DoNotOptimize(bytes.data());
  return {};
}

void count(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(k_content));
}

void age_decrypt(benchmark::State& state) {
  const std::string file = tests::sealed_for(identity().recipient(), content());
  for (auto _ : state) {
    auto decryptor = age::Decryptor::begin(tests::with_identity(identity()), pass_over).value();
    for (std::size_t at = 0; at < file.size(); at += k_step)
      decryptor.feed(as_bytes(std::string_view(file).substr(at, k_step))).value();
    decryptor.end().value();
  }
  count(state);
}

BENCHMARK(age_decrypt);

void age_encrypt(benchmark::State& state) {
  const age::Recipient recipient = identity().recipient();
  for (auto _ : state) {
    auto encryptor = age::Encryptor::begin({&recipient, 1}, pass_over).value();
    for (std::size_t at = 0; at < k_content; at += k_step)
      encryptor.write(as_bytes(std::string_view(content()).substr(at, k_step))).value();
    encryptor.end().value();
  }
  count(state);
}

BENCHMARK(age_encrypt);

struct Floor {
  std::array<Byte, crypto_aead_chacha20poly1305_ietf_KEYBYTES> key{};
  std::array<Byte, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce{};
  Bytes sealed = Bytes(k_piece + crypto_aead_chacha20poly1305_ietf_ABYTES);
  Bytes plain = Bytes(k_piece);

  void seal(const Byte* from) {
    crypto_aead_chacha20poly1305_ietf_encrypt(sealed.data(), nullptr, from, k_piece, nullptr, 0, nullptr, nonce.data(),
                                              key.data());
  }

  bool open() {
    return crypto_aead_chacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                     nullptr, 0, nonce.data(), key.data()) == 0;
  }
};

void floor_decrypt(benchmark::State& state) {
  if (sodium_init() < 0) std::abort();
  Floor floor;
  floor.seal(as_bytes(content()).data());
  for (auto _ : state)
    for (std::size_t at = 0; at < k_content; at += k_piece)
      if (!floor.open()) std::abort();
  count(state);
}

BENCHMARK(floor_decrypt);

void floor_encrypt(benchmark::State& state) {
  if (sodium_init() < 0) std::abort();
  Floor floor;
  for (auto _ : state)
    for (std::size_t at = 0; at < k_content; at += k_piece) floor.seal(as_bytes(content()).data() + at);
  count(state);
}

BENCHMARK(floor_encrypt);

}  // namespace
}  // namespace strongroom::bench

BENCHMARK_MAIN();
