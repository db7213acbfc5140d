// Result<T>: a value or an Error, shaped like std::expected<T, Error> (C++23, P0323), which g++ 12 lacks in C++20.
//
// Never throws except for what T's own constructors throw. Reading the value of a failed result, or the error of a
// successful one, is a broken invariant and terminates.
#pragma once

#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <strongroom/base/error.h>

namespace strongroom {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // Implicit from a value and from an Error, so that `return x;` and `return make_error(...)` read naturally.
  template <class U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error>)
  Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT(google-explicit-constructor)

  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const noexcept { return state_.index() == 0; }

  explicit operator bool() const noexcept { return has_value(); }

  T& value() & noexcept { return checked(); }

  const T& value() const& noexcept { return const_cast<Result*>(this)->checked(); }

  T&& value() && noexcept { return std::move(checked()); }

  T& operator*() & noexcept { return checked(); }

  const T& operator*() const& noexcept { return const_cast<Result*>(this)->checked(); }

  T&& operator*() && noexcept { return std::move(checked()); }

  T* operator->() noexcept { return &checked(); }

  const T* operator->() const noexcept { return &const_cast<Result*>(this)->checked(); }

  const Error& error() const& noexcept {
    if (has_value()) std::abort();
    return *std::get_if<1>(&state_);
  }

  Error&& error() && noexcept {
    if (has_value()) std::abort();
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  T& checked() noexcept {
    if (!has_value()) std::abort();
    return *std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;

  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const noexcept { return !error_.has_value(); }

  explicit operator bool() const noexcept { return has_value(); }

  void value() const noexcept {
    if (!has_value()) std::abort();
  }

  const Error& error() const& noexcept {
    if (has_value()) std::abort();
    return *error_;
  }

  Error&& error() && noexcept {
    if (has_value()) std::abort();
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace strongroom

#define STRONGROOM_CONCAT_INNER(a, b) a##b
#define STRONGROOM_CONCAT(a, b) STRONGROOM_CONCAT_INNER(a, b)

// STRONGROOM_CHECK(expr): returns the error of a failed Result from the enclosing function.
#define STRONGROOM_CHECK(expr)                                                                            \
  do {                                                                                                    \
    if (auto strongroom_status = (expr); !strongroom_status) return std::move(strongroom_status).error(); \
  } while (false)

// STRONGROOM_ASSIGN(declaration, expr): declares a variable with the value of a Result, or returns its error.
#define STRONGROOM_ASSIGN(declaration, expr) \
  STRONGROOM_ASSIGN_INNER(STRONGROOM_CONCAT(strongroom_result_, __LINE__), declaration, expr)
#define STRONGROOM_ASSIGN_INNER(temporary, declaration, expr) \
  auto temporary = (expr);                                    \
  if (!temporary) return std::move(temporary).error();        \
  declaration = std::move(temporary).value()
