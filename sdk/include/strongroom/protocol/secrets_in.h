// The secrets in a declared struct (field.h), wherever they stand in it.
#pragma once

#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include <strongroom/protocol/field.h>

namespace strongroom::protocol {

namespace detail {

template <class T>
struct SecretsIn {
  static constexpr bool any = false;
};

template <>
struct SecretsIn<Secret> {
  static constexpr bool any = true;

  template <class Use>
  static void each(const Secret& value, const Use& use) {
    use(value);
  }
};

template <>
struct SecretsIn<NamedSecret> {
  static constexpr bool any = true;

  template <class Use>
  static void each(const NamedSecret& value, const Use& use) {
    use(value.value);
  }
};

template <class T>
struct SecretsIn<std::optional<T>> {
  static constexpr bool any = SecretsIn<T>::any;

  template <class Use>
  static void each(const std::optional<T>& value, const Use& use) {
    if (value) SecretsIn<T>::each(*value, use);
  }
};

template <class T>
struct SecretsIn<std::vector<T>> {
  static constexpr bool any = SecretsIn<T>::any;

  template <class Use>
  static void each(const std::vector<T>& values, const Use& use) {
    for (const auto& value : values) SecretsIn<T>::each(value, use);
  }
};

template <class T>
  requires requires { T::fields(); }
struct SecretsIn<T> {
  template <auto Member>
  using member = std::remove_cvref_t<decltype(std::declval<const T&>().*Member)>;

  template <auto Member>
  static constexpr bool holds(const Field<Member>&) {
    return SecretsIn<member<Member>>::any;
  }

  static constexpr bool any = std::apply([](const auto&... field) { return (holds(field) || ...); }, T::fields());

  template <class Use>
  static void each(const T& value, const Use& use) {
    const auto one = [&]<auto Member>(const Field<Member>&) {
      if constexpr (SecretsIn<member<Member>>::any) SecretsIn<member<Member>>::each(value.*Member, use);
    };
    std::apply([&](const auto&... field) { (one(field), ...); }, T::fields());
  }
};

}  // namespace detail

// Whether such a struct has a place for one.
template <class T>
inline constexpr bool may_hold_secrets_v = detail::SecretsIn<T>::any;

// Calls `use` with each `const Secret&`.
template <class T, class Use>
void for_each_secret(const T& value, const Use& use) {
  if constexpr (may_hold_secrets_v<T>) detail::SecretsIn<T>::each(value, use);
}

}  // namespace strongroom::protocol
