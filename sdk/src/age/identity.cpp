#include <strongroom/age/identity.h>

#include <sodium.h>

#include <algorithm>

#include <strongroom/base/random.h>

#include "sdk/src/age/bech32.h"

namespace strongroom::age {
namespace {

constexpr std::string_view k_begin = "AGE-SECRET-KEY-1";
constexpr std::string_view k_prefix = "age-secret-key-";

Error refuse(const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "is no age identity ('AGE-SECRET-KEY-1...'): " + why, "identity");
}

std::string_view without_white_space(std::string_view line) {
  constexpr std::string_view k_white_space = " \t\r";
  const std::size_t first = line.find_first_not_of(k_white_space);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(k_white_space) - first + 1);
}

}  // namespace

Identity::Identity(Secret scalar) : scalar_(std::move(scalar)) {
  // Fails for no scalar: each is clamped first.
  (void)crypto_scalarmult_base(public_.data(), scalar_.reveal(RevealReason::derive).data());
}

Result<Identity> Identity::parse(std::string_view text) {
  if (text.starts_with("age1")) return refuse("this is a recipient; the identity is its secret key");
  if (text.starts_with("AGE-PLUGIN-")) return refuse("those of plugins are not supported");
  if (text.starts_with("AGE-SECRET-KEY-PQ-1")) return refuse("post-quantum keys are not supported");
  if (!text.starts_with(k_begin)) return refuse("it does not begin as one");
  auto decoded = decode_bech32(text);
  if (!decoded) return refuse(decoded.error().message);
  if (decoded->prefix != k_prefix) return refuse("its kind is not supported");
  if (decoded->data.size() != crypto_scalarmult_SCALARBYTES) return refuse("it is not 32 bytes long");
  return Identity(std::move(decoded->data));
}

Identity Identity::generate() {
  Secret scalar = Secret::of_size(crypto_scalarmult_SCALARBYTES);
  fill_random(scalar.writable());
  return Identity(std::move(scalar));
}

Secret Identity::text() const {
  const BytesView scalar = scalar_.reveal(RevealReason::deliver);
  Secret out = Secret::of_size(bech32_size(k_prefix, scalar));
  encode_bech32(k_prefix, scalar, reinterpret_cast<char*>(out.writable().data()));
  for (Byte& letter : out.writable())
    if (letter >= 'a' && letter <= 'z') letter = static_cast<Byte>(letter - 'a' + 'A');
  return out;
}

Result<std::vector<Identity>> parse_identities(std::string_view text) {
  std::vector<Identity> out;
  std::size_t number = 0;
  for (bool more = true; more;) {
    const std::size_t end = text.find('\n');
    const std::string_view line = without_white_space(text.substr(0, end));
    more = end != std::string_view::npos;
    if (more) text = text.substr(end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    auto identity = Identity::parse(line);
    if (!identity)
      return make_error(ErrorCode::invalid_argument, "line " + std::to_string(number) + " " + identity.error().message,
                        "identities");
    if (out.size() == k_most_identities)
      return make_error(ErrorCode::invalid_argument, "must be 64 age identities at most", "identities");
    out.push_back(*std::move(identity));
  }
  if (out.empty()) return make_error(ErrorCode::invalid_argument, "there is no age identity", "identities");
  return out;
}

}  // namespace strongroom::age
