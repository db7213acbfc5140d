#include <strongroom/protocol/secret_fields.h>

#include <algorithm>

#include <strongroom/protocol/json.h>

namespace strongroom::protocol {

namespace {

// Decoded and encoded values stay in the memory the value came in.
Result<Secret> decoded(const Secret& text) {
  Secret bytes = Secret::of_size(text.size() / 4 * 3, text.memory());
  STRONGROOM_ASSIGN(const std::size_t size,
                    base64_decode(text.reveal_text(RevealReason::transmit), bytes.writable().data()));
  bytes.truncate(size);
  return bytes;
}

Secret encoded(const Secret& bytes) {
  Secret text = Secret::of_size(base64_size(bytes.size()), bytes.memory());
  base64_encode(bytes.reveal(RevealReason::transmit), reinterpret_cast<char*>(text.writable().data()));
  return text;
}

// Text full of control characters or quotes grows more by escapes than by base64, which adds a third.
bool escapes_cost_more(std::string_view text) {
  const std::size_t extra = escaped_size(text) - text.size();
  return extra > 1024 && extra > text.size() / 3;
}

}  // namespace

Status unpack_values(SecretMap& fields, const std::optional<std::vector<std::string>>& base64) {
  if (!base64) return {};
  for (auto at = base64->begin(); at != base64->end(); ++at) {
    const std::string& name = *at;
    if (std::find(base64->begin(), at, name) != at)
      return make_error(ErrorCode::invalid_argument, "names a field twice", "base64");
    const auto found = std::ranges::find(fields, name, &NamedSecret::name);
    if (found == fields.end())
      return make_error(ErrorCode::invalid_argument, "names a field that is not in 'fields'", "base64");
    auto value = decoded(found->value);
    if (!value) return make_error(ErrorCode::invalid_argument, value.error().message, "fields." + name);
    found->value = std::move(value).value();
  }
  return {};
}

std::optional<std::vector<std::string>> pack_values(SecretMap& fields) {
  std::optional<std::vector<std::string>> names;
  for (auto& [name, value] : fields) {
    const std::string_view text = value.reveal_text(RevealReason::inspect);
    if (is_utf8(text) && text.find('\0') == std::string_view::npos && !escapes_cost_more(text)) continue;
    if (!names) names.emplace();
    names->push_back(name);
    value = encoded(value);
  }
  return names;
}

}  // namespace strongroom::protocol
