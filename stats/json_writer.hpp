#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hearth::stats {

/// Writes one JSON object, member by member in the order of the calls, through cereal's JSON archive. The same calls
/// give the same bytes on every machine and in every locale.
/// Names and texts hold no zero byte. Threads: one owner. Errors: none but std::bad_alloc.
class json_writer {
public:
  enum class layout { indented, one_line }; ///< two spaces of indentation, or no line breaks

  explicit json_writer(layout chosen = layout::indented);
  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;
  ~json_writer();

  void integer(std::string_view name, std::uint64_t value);
  void real(std::string_view name, double value); ///< pre: finite; the shortest digits that read back as `value`
  void text(std::string_view name, std::string_view value);
  void boolean(std::string_view name, bool value);
  void integers(std::string_view name, std::span<const std::uint64_t> values); ///< a list

  /// A nested object; the calls in `members` write into it.
  void object(std::string_view name, const std::function<void()>& members);

  /// A list of objects; `elements` writes each with `element`, and writes nothing else.
  void array(std::string_view name, const std::function<void()>& elements);
  void element(const std::function<void()>& members); ///< pre: inside `array`

  /// Closes the object and returns the text, without a newline at the end. Pre: called once, outside `object` and
  /// `array`.
  [[nodiscard]] std::string finish();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace hearth::stats
