#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::stats {

/// JSON reader: reads one object that another program may have written. Counterpart of json_writer, with the same
/// calls. The first error is kept in `error()`, with the path of the member; every later call does nothing and leaves
/// its argument as it was. Members that are not requested are ignored; a requested member that occurs twice is an
/// error. Nested objects use memory, never stack. Threads: one owner. Exceptions: std::bad_alloc only.
class json_reader {
public:
  /// Parses `text`, which must be one JSON object in UTF-8 and nothing else.
  explicit json_reader(std::string_view text);
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;
  ~json_reader();

  /// Whether the object has a member `name`, for optional members.
  [[nodiscard]] bool has(std::string_view name) const;

  void integer(std::string_view name, std::uint64_t& value); ///< 0 to 2^64-1, written without fraction or exponent
  void text(std::string_view name, std::string& value);

  /// A list of integers, each 0 to `value_max`.
  void integers(std::string_view name, std::uint64_t value_max, std::vector<std::uint64_t>& values);

  /// A nested object; the calls in `members` read from it.
  void object(std::string_view name, const std::function<void()>& members);

  /// A nested object whose member names are data: calls `each` once per name, in the order of the text.
  void names(std::string_view name, const std::function<void(const std::string&)>& each);

  /// Refuses the text because of the member `name`: "<path of name>: <what>".
  void refuse(std::string_view name, std::string_view what);

  [[nodiscard]] bool ok() const noexcept { return error_.empty(); }
  [[nodiscard]] const std::string& error() const noexcept { return error_; } ///< empty if there was no error

private:
  class impl;
  std::unique_ptr<impl> impl_;
  std::string error_;
};

} // namespace hearth::stats
