#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hearth::bench {

/// What a figure depends on, as name and value: processor, cores, memory, load, kernel, the file system below
/// `directory`, build type and compiler.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> describe_machine(const std::string& directory);

} // namespace hearth::bench
