#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::stats {

/// Reads one JSON object that somebody else may have written: the twin of json_writer, with the same calls.
/// The first thing wrong is kept in `error()`, with the path of the member; every later call does nothing and leaves
/// its argument as it was. Members that nobody asks for are ignored; one that is asked for and there twice is an error.
/// Depth of nesting costs memory, never stack. Threads: one owner. Exceptions: std::bad_alloc only.
class json_reader {
public:
  /// Parses `text`, which must be one JSON object in UTF-8 and nothing else.
  explicit json_reader(std::string_view text);
  json_reader(const json_reader&) = delete;
  json_reader& operator=(const json_reader&) = delete;
  ~json_reader();

  /// Whether the member `name` is there: for those that may be missing.
  [[nodiscard]] bool has(std::string_view name) const;

  void integer(std::string_view name, std::uint64_t& value); ///< 0 to 2^64-1, written without fraction or exponent
  void text(std::string_view name, std::string& value);

  /// A list of integers, each 0 to `value_max`.
  void integers(std::string_view name, std::uint64_t value_max, std::vector<std::uint64_t>& values);

  /// A nested object; what `members` asks for is looked up in it.
  void object(std::string_view name, const std::function<void()>& members);

  /// A nested object whose member names are data: calls `each` once for every name, in the order of the text.
  void names(std::string_view name, const std::function<void(const std::string&)>& each);

  /// Refuses the text because of the member `name`: "<path of name>: <what>".
  void refuse(std::string_view name, std::string_view what);

  [[nodiscard]] bool ok() const noexcept { return error_.empty(); }
  [[nodiscard]] const std::string& error() const noexcept { return error_; } ///< empty if all went well

private:
  class impl;
  std::unique_ptr<impl> impl_;
  std::string error_;
};

} // namespace hearth::stats
