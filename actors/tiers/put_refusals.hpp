#pragma once

#include "actors/tiers/offers.hpp"
#include "actors/tiers/tier_lookup.hpp"
#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <cstdint>

namespace hearth::actors {

// What a host is told whose put was refused.

/// Conflict: the key is there with another length or in another namespace.
[[nodiscard]] storage::failure conflict(const storage::block& item, const lookup_result& seen);

/// A block of so many bytes that only the cold tier could take was not admitted. Pre: `end` is not `admitted`.
/// orphan, too_large or overloaded.
[[nodiscard]] storage::failure not_admitted(std::uint64_t bytes, disposition end);

} // namespace hearth::actors
