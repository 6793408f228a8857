#pragma once

#include <cstdint>

namespace hearth::messages {

/// Outcome of an accepted put. Numbers reach bindings: append, never renumber.
enum class put_outcome : std::uint8_t {
  stored = 0,    ///< the block is new and can be read back from now on
  refreshed = 1, ///< the block was already present and keeps its bytes; it counts as used now
};

} // namespace hearth::messages
