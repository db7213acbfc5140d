// What the methods of io.strongroom.Secret share: bounds and small types.
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::secret {

inline constexpr std::size_t k_max_fields = 64;
inline constexpr std::size_t k_max_version_bytes = 1024 * 1024;
inline constexpr std::int64_t k_max_batch = 1024;
inline constexpr Bounds k_path{.min = 1, .max = 512};
inline constexpr Bounds k_fields{.min = 1, .max = k_max_fields};
inline constexpr Bounds k_version{.min = 1};
inline constexpr Bounds k_names{.min = 0, .max = k_max_fields};
inline constexpr Bounds k_prefix{.min = 0, .max = 512};
inline constexpr Bounds k_time{.min = 0};
inline constexpr std::int64_t k_max_tree = 10'000;  // secrets that one Move or Purge touches

// Where the values of a version lie.
enum class Placed : std::uint8_t {
  store,       // in the encrypted database
  keychain,    // sealed, in the keychain of the desktop; its key in the database
  session,     // sealed, in the daemon's memory; gone when it stops
  plain_text,  // in the database as they are: development mode
};

}  // namespace strongroom::protocol::secret

namespace strongroom::protocol {

template <>
struct EnumNames<secret::Placed> {
  static constexpr std::string_view type_name = "Placed";
  static constexpr std::array<std::string_view, 4> names{"store", "keychain", "session", "plain_text"};
};

namespace secret {

inline constexpr std::string_view k_placed =
    "Where the values lie; earlier daemons, which know the store alone, leave it out.";
inline constexpr std::string_view k_notice =
    "Present when they do not lie where the configuration places them, or are not safe there: a sentence that says why "
    "and what to do.";

// Why one item of a batch failed, in the words of a single call's error.
struct Problem {
  std::string error;
  std::string message;
  static constexpr std::string_view type_name = "Problem";

  static constexpr auto fields() {
    return std::tuple{Field<&Problem::error>{"error", "Name of the error."},
                      Field<&Problem::message>{"message", "One sentence."}};
  }
};

struct PathRequest {
  std::string path;

  static constexpr auto fields() {
    return std::tuple{Field<&PathRequest::path>{"path", "Path of the secret.", k_path, CliRole::positional}};
  }
};

struct VersionResponse {
  std::int64_t version = 0;

  static constexpr auto fields() {
    return std::tuple{Field<&VersionResponse::version>{"version", "Version this was about."}};
  }
};

// Of a call that has written values.
struct WrittenResponse {
  std::int64_t version = 0;
  std::optional<Placed> placed;
  std::optional<std::string> notice;

  static constexpr auto fields() {
    using R = WrittenResponse;
    return std::tuple{Field<&R::version>{"version", "Version that was written."}, Field<&R::placed>{"placed", k_placed},
                      Field<&R::notice>{"notice", k_notice}};
  }
};

}  // namespace secret

}  // namespace strongroom::protocol
