#pragma once

#include "actors/host/program/command_outcome.hpp"
#include "actors/host/program/size_arguments.hpp"
#include "storage/errors.hpp"

#include <cstdint>

namespace hearth {

/// Sizes that follow from a model and from what a cache is to hold, bytes unless said otherwise.
struct sizes {
  std::uint64_t token_bytes = 0; ///< 2 (key and value) x layers x heads x numbers x bytes of a number
  std::uint64_t block_bytes = 0;
  std::uint64_t conversation_blocks = 0; ///< blocks; the last one may be part full, and is not cached then
  std::uint64_t conversation_bytes = 0;
  std::uint64_t hot_bytes_max = 0;       ///< all active conversations
  std::uint64_t cold_bytes_max = 0;      ///< all kept conversations, with a tenth for headers, indexes and reclaim
  std::uint64_t writer_queue_blocks = 0; ///< blocks: a quarter of the hot limit, 16 to 65,536
  std::uint64_t writer_queue_bytes = 0;  ///< the same in bytes
  std::uint64_t lease_bytes_max = 0;     ///< one conversation, at least 64 MiB
};

/// Errors: invalid_argument (a size beyond what a cache can have, with the flag to change).
[[nodiscard]] storage::result<sizes> sizes_for(const size_options& options);

/// Runs `hearth size`: the sizes as a table or as JSON.
[[nodiscard]] command_outcome run_size(const size_options& options);

} // namespace hearth
