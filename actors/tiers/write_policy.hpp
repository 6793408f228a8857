#pragma once

#include <cstdint>

namespace hearth {

/// When a block is handed to the writer.
enum class write_policy : std::uint8_t {
  back,    ///< when it leaves the hot tier, or when the writer is idle
  through, ///< at once; it stays in the hot tier as well
};

} // namespace hearth
