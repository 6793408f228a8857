#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace hearth {

/// One request of a workload: the blocks of its prompt, in order. An equal id means an equal block with an equal prefix
/// before it; ids are 0 to 2^63-1.
struct request {
  std::vector<std::uint64_t> block_ids;

  friend bool operator==(const request&, const request&) = default;
};

/// Source of requests: returns them one after the other, then nothing.
using request_source = std::function<std::optional<request>()>;

} // namespace hearth
