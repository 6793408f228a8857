#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hearth::storage {

/// Error code: the kind of an error, for programs. Numbers reach disk and metrics: append, never renumber.
enum class errc : std::uint8_t {
  none = 0,
  not_found = 1,         ///< no such block, file or directory
  overloaded = 2,        ///< a bounded queue or budget is full; nothing changed, try again later
  corrupt = 3,           ///< the bytes differ from those that were written
  io = 4,                ///< the operating system reported an error
  closed = 5,            ///< the cache or the actor is closed or gone
  too_large = 6,         ///< larger than a fixed limit; trying again does not help
  conflict = 7,          ///< the key is present with another length or in another namespace
  no_space = 8,          ///< the disk or its quota is full
  timeout = 9,           ///< no answer within the timeout
  invalid_argument = 10, ///< an argument or setting is out of range or has no meaning
  busy = 11,             ///< another cache or process has the directory, or still writes to it
  unsupported = 12,      ///< written by a newer version, or not offered by this platform
  no_memory = 13,        ///< a buffer could not be allocated
  orphan = 14,           ///< the parent is in no tier: a get could not use the block, so it was not stored
};

/// The name of `code` as it appears in messages and metrics, e.g. "not_found".
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// Error: `code` for programs, `context` for people. `context` names the file or field, what was found, what was
/// expected, and what to do.
struct failure {
  errc code = errc::none;
  std::string context;
};

/// "corrupt: <context>", for people.
[[nodiscard]] std::string to_string(const failure& error);

/// Ends the program, in every build, and prints `error` on standard error: the value of a failed result was taken.
[[noreturn]] void no_value(const failure& error) noexcept;

/// Result: a value or a failure. Threads: one at a time.
/// Pre: `value()`, `operator*` and `->` need `ok()`; without a value they end the program and print the failure.
/// `error()` needs `!ok()`, which is asserted.
template <class T>
class [[nodiscard]] result {
public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(failure error) : state_(std::in_place_index<1>, std::move(error)) { assert(this->error().code != errc::none); }
  result(errc code, std::string context) : result(failure{code, std::move(context)}) {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  [[nodiscard]] T& value() & noexcept { return check(), *std::get_if<0>(&state_); }
  [[nodiscard]] const T& value() const& noexcept { return check(), *std::get_if<0>(&state_); }
  /// By value, so that `for (auto& x : f().value())` does not dangle.
  [[nodiscard]] T value() && { return check(), std::move(*std::get_if<0>(&state_)); }
  [[nodiscard]] T& operator*() & noexcept { return value(); }
  [[nodiscard]] const T& operator*() const& noexcept { return value(); }
  [[nodiscard]] T* operator->() noexcept { return &value(); }
  [[nodiscard]] const T* operator->() const noexcept { return &value(); }

  [[nodiscard]] const failure& error() const noexcept { return assert(!ok()), *std::get_if<1>(&state_); }
  [[nodiscard]] errc code() const noexcept { return ok() ? errc::none : error().code; }

private:
  void check() const noexcept {
    if (!ok())
      no_value(*std::get_if<1>(&state_));
  }

  std::variant<T, failure> state_;
};

/// Success without a value, or a failure.
template <>
class [[nodiscard]] result<void> {
public:
  result() = default;
  result(failure error) : error_(std::move(error)) { assert(error_.code != errc::none); }
  result(errc code, std::string context) : result(failure{code, std::move(context)}) {}

  [[nodiscard]] bool ok() const noexcept { return error_.code == errc::none; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const failure& error() const noexcept { return assert(!ok()), error_; }
  [[nodiscard]] errc code() const noexcept { return error_.code; }

private:
  failure error_;
};

} // namespace hearth::storage
