#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hearth::storage {

/// What went wrong, for programs. Numbers reach disk and metrics: append, never renumber.
enum class errc : std::uint8_t {
  none = 0,
  not_found = 1,         ///< no such block, file or directory
  overloaded = 2,        ///< a bounded queue or budget is full; nothing changed, try again later
  corrupt = 3,           ///< bytes are there and are not what was written
  io = 4,                ///< the operating system refused an operation
  closed = 5,            ///< the cache or the actor that was asked is gone
  too_large = 6,         ///< larger than a limit that no waiting will lift
  conflict = 7,          ///< the key is there with another length or another namespace
  no_space = 8,          ///< the disk or its quota is full
  timeout = 9,           ///< no answer in the time that was given
  invalid_argument = 10, ///< the caller asked for something that has no meaning
  busy = 11,             ///< the directory belongs to another process
  unsupported = 12,      ///< written by a newer version, or not offered by this platform
  no_memory = 13,        ///< a buffer could not be allocated
  orphan = 14,           ///< the parent is in no tier: the block could not be used and was not kept
};

/// The name of `code` as it appears in messages and metrics, e.g. "not_found".
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// An error: `code` for programs, `context` for people. `context` names the file or field, what was found, what was
/// expected and what to do.
struct failure {
  errc code = errc::none;
  std::string context;
};

/// "corrupt: <context>", for people.
[[nodiscard]] std::string to_string(const failure& error);

/// Ends the program, in every build, with `error` on standard error: somebody took the value of what had none.
[[noreturn]] void no_value(const failure& error) noexcept;

/// Either a value or a failure. A value type like any other; not thread-safe.
/// Pre: `value()`, `operator*` and `->` need `ok()`, and end the program with the failure otherwise; `error()` needs
/// `!ok()`, which is asserted.
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
