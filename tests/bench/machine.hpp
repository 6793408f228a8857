#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hearth::bench {

/// Description of the machine as name and value, for comparing figures: processor, cores, memory, load, kernel, the
/// file system of `directory`, build type and compiler.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> describe_machine(const std::string& directory);

} // namespace hearth::bench
