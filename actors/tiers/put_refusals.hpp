#pragma once

#include "actors/tiers/offers.hpp"
#include "actors/tiers/tier_lookup.hpp"
#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <cstdint>

namespace hearth::actors {

// Errors for a host whose put was refused.

/// Conflict: the key is present with another length or in another namespace.
[[nodiscard]] storage::failure conflict(const storage::block& item, const lookup_result& seen);

/// Not admitted: a block of `bytes` bytes that only the cold tier could hold was not written. Returns orphan, too_large
/// or overloaded. Pre: `end` is not `admitted`.
[[nodiscard]] storage::failure not_admitted(std::uint64_t bytes, disposition end);

} // namespace hearth::actors
