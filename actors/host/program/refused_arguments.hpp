#pragma once

#include "storage/errors.hpp"

#include <string>
#include <string_view>

namespace hearth {

/// The error of a command line that cannot be used: `what` is wrong with it on one line, whatever a parser made of it,
/// and where the help is. `command` is one of the program's, e.g. "replay". Code: invalid_argument. Threads: any.
[[nodiscard]] storage::failure refused_arguments(std::string what, std::string_view command);

} // namespace hearth
