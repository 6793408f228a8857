#pragma once

#include "storage/errors.hpp"

#include <string>
#include <string_view>

namespace hearth {

/// Error of a command line: `what` on one line, even if a parser wrote several lines, followed by how to get help.
/// `command` is a command of the program, e.g. "replay". Code: invalid_argument. Threads: any.
[[nodiscard]] storage::failure refused_arguments(std::string what, std::string_view command);

} // namespace hearth
