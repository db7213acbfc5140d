#include "client/witness/witness_key.h"

#include <algorithm>
#include <utility>

#include <strongroom/base/random.h>

#include "client/witness/files.h"

namespace strongroom::witness {
namespace {

constexpr const char* k_file = "key";
constexpr std::size_t k_file_max = 4096;
constexpr std::string_view k_start = "PRIVATE+KEY+";
constexpr std::size_t k_typed_seed = 1 + evidence::k_ed25519_size;

Error no_key() {
  return make_error(ErrorCode::corrupt, "the key file does not hold a witness's key", k_file);
}

}  // namespace

WitnessKey::WitnessKey(WitnessKey&& other) noexcept : seed_(other.seed_), verifier_(std::move(other.verifier_)) {
  wipe(other.seed_.data(), other.seed_.size());
}

WitnessKey::~WitnessKey() {
  wipe(seed_.data(), seed_.size());
}

Result<WitnessKey> WitnessKey::create(const std::filesystem::path& folder, const std::string& name) {
  if (!evidence::is_key_name(name))
    return make_error(ErrorCode::invalid_argument, "the name of a key has no spaces and no plus", "name");
  STRONGROOM_CHECK(ensure_private_folder(folder));
  STRONGROOM_ASSIGN(const HeldFolder held, HeldFolder::hold(folder));
  if (is_there(folder / k_file))
    return make_error(ErrorCode::conflict, "there is a key already; a witness keeps its key", k_file);
  WitnessKey key;
  fill_random(key.seed_);
  STRONGROOM_ASSIGN(const auto public_key, evidence::Ed25519::public_key(key.seed_));
  key.verifier_ = evidence::make_verifier_key(name, evidence::k_cosignature_key, public_key);
  WipedBytes typed(1, evidence::k_cosignature_key, wiped_heap());
  typed.insert(typed.end(), key.seed_.begin(), key.seed_.end());
  const std::string public_text = key.verifier_.text();
  WipedString text(wiped_heap());
  // Name and id are those of the verifier key.
  text.append(k_start).append(public_text, 0, public_text.find('+', name.size() + 1) + 1);
  const std::size_t at = text.size();
  text.resize(at + base64_size(typed.size()));
  base64_encode(typed, text.data() + at);
  text.push_back('\n');
  STRONGROOM_CHECK(held.replace(k_file, text));
  return key;
}

Result<WitnessKey> WitnessKey::load(const std::filesystem::path& folder) {
  STRONGROOM_ASSIGN(const WipedString file, read_private_file(folder / k_file, k_file_max));
  std::string_view text = file;
  if (!text.starts_with(k_start) || !text.ends_with('\n')) return no_key();
  text = text.substr(k_start.size(), text.size() - k_start.size() - 1);
  const auto name_end = text.find('+');
  const auto id_end = name_end == std::string_view::npos ? name_end : text.find('+', name_end + 1);
  if (id_end == std::string_view::npos) return no_key();
  const std::string_view encoded = text.substr(id_end + 1);
  WipedBytes typed(3 * (encoded.size() / 4), wiped_heap());
  const auto size = base64_decode(encoded, typed.data());
  const std::string name(text.substr(0, name_end));
  if (!size || *size != k_typed_seed || typed[0] != evidence::k_cosignature_key || !evidence::is_key_name(name))
    return no_key();
  WitnessKey key;
  std::copy_n(typed.begin() + 1, key.seed_.size(), key.seed_.begin());
  STRONGROOM_ASSIGN(const auto public_key, evidence::Ed25519::public_key(key.seed_));
  key.verifier_ = evidence::make_verifier_key(name, evidence::k_cosignature_key, public_key);
  if (!key.verifier_.text().starts_with(text.substr(0, id_end + 1))) return no_key();
  return key;
}

Result<evidence::NoteSignature> WitnessKey::cosign(std::string_view checkpoint, std::int64_t time_s) const {
  return evidence::cosign_note(verifier_, checkpoint, time_s,
                               [this](BytesView message) { return evidence::Ed25519::sign(seed_, message); });
}

}  // namespace strongroom::witness
