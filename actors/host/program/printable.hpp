#pragma once

#include <string>
#include <string_view>

namespace hearth {

/// `text` as one line of UTF-8 that moves no cursor: control characters, newlines among them, and bytes that are no
/// UTF-8 become '?'. For texts that hold what others have chosen, such as the names of files.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace hearth
