// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or the sentence that says why there is none.
//
// Input errors travel as values; no exception crosses an eastwest interface. The shape follows std::expected
// (C++23), which g++ 12 lacks in C++20 mode; core stays free of libraries, hence these few lines of our own.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/check.hpp"

namespace eastwest {

/// Why something could not be done: sentences for people that name the thing, the value, the limit, the remedy.
struct Error {
  std::string message;
  std::string remedy;  // may be empty
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    EASTWEST_CHECK(has_value(), "value() of a Result that holds an error");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    EASTWEST_CHECK(has_value(), "value() of a Result that holds an error");
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    EASTWEST_CHECK(has_value(), "value() of a Result that holds an error");
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const { return has_value() ? value() : std::move(other); }

  [[nodiscard]] const Error& error() const {
    EASTWEST_CHECK(!has_value(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// The result of an action without a value.
struct Done {};
using Status = Result<Done>;

}  // namespace eastwest
