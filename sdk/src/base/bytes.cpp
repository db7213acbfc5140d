#include <strongroom/base/bytes.h>

namespace strongroom {

std::uint64_t ByteReader::integer(std::size_t n) noexcept {
  const BytesView bytes = raw(n);
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) v |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return v;
}

BytesView ByteReader::raw(std::size_t n) noexcept {
  if (!ok_ || n > in_.size()) {
    ok_ = false;
    return {};
  }
  const BytesView taken = in_.first(n);
  in_ = in_.subspan(n);
  return taken;
}

BytesView ByteReader::bytes(std::size_t max) noexcept {
  const std::uint32_t n = u32();
  if (n > max) ok_ = false;
  return raw(n);
}

std::string to_hex(BytesView bytes) {
  constexpr char k_digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const Byte b : bytes) {
    out.push_back(k_digits[b >> 4]);
    out.push_back(k_digits[b & 15]);
  }
  return out;
}

namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int base64_digit(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

constexpr char k_base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Error not_base64() {
  return make_error(ErrorCode::invalid_argument, "the text is not canonical base64");
}

}  // namespace

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return make_error(ErrorCode::invalid_argument, "an odd number of hex digits");
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return make_error(ErrorCode::invalid_argument, "a character that is no hex digit");
    out.push_back(static_cast<Byte>(high * 16 + low));
  }
  return out;
}

void base64_encode(BytesView in, char* out) noexcept {
  std::size_t i = 0;
  for (; i + 2 < in.size(); i += 3) {
    const unsigned v = static_cast<unsigned>(in[i] << 16 | in[i + 1] << 8 | in[i + 2]);
    *out++ = k_base64[v >> 18];
    *out++ = k_base64[v >> 12 & 63];
    *out++ = k_base64[v >> 6 & 63];
    *out++ = k_base64[v & 63];
  }
  if (i == in.size()) return;
  const bool two = i + 1 < in.size();
  const unsigned v = static_cast<unsigned>(in[i] << 16 | (two ? in[i + 1] << 8 : 0));
  *out++ = k_base64[v >> 18];
  *out++ = k_base64[v >> 12 & 63];
  *out++ = two ? k_base64[v >> 6 & 63] : '=';
  *out++ = '=';
}

Result<std::size_t> base64_decode(std::string_view text, Byte* out) noexcept {
  if (text.size() % 4 != 0) return not_base64();
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const int padding = !last ? 0 : text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
    unsigned v = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const int digit = k >= 4 - static_cast<std::size_t>(padding) ? 0 : base64_digit(text[i + k]);
      if (digit < 0) return not_base64();
      v = v << 6 | static_cast<unsigned>(digit);
    }
    if ((padding == 1 && (v & 0xff) != 0) || (padding == 2 && (v & 0xffff) != 0)) return not_base64();
    out[written++] = static_cast<Byte>(v >> 16);
    if (padding < 2) out[written++] = static_cast<Byte>(v >> 8 & 0xff);
    if (padding < 1) out[written++] = static_cast<Byte>(v & 0xff);
  }
  return written;
}

}  // namespace strongroom
