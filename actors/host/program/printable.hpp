#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// Makes `text` safe to print on one line: control characters, newlines among them, and bytes that are not UTF-8 become
/// '?'. For texts from outside, such as names of files.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace hearth
