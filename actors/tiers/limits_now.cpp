#include "actors/tiers/limits_now.hpp"

#include <string>

namespace hearth::actors {

using storage::errc;
using storage::failure;

storage::result<void> limits_now::check(const messages::tier_limits& wanted, bool cold_tier) const {
  const auto most = messages::tier_bytes_limit;
  const auto refuse = [](const char* field, std::uint64_t found, const std::string& expected) {
    return failure{errc::invalid_argument,
                   std::string{field} + ": found " + std::to_string(found) + ", expected " + expected};
  };
  if (wanted.cold_bytes_max && !cold_tier)
    return refuse("cold_bytes_max", *wanted.cold_bytes_max, "none: this cache was opened without a cold tier");
  if (wanted.cold_bytes_max && !cold_attached)
    return {errc::io, "cold_bytes_max: the cold tier's directory is gone: set it again when it is back"};
  if (wanted.cold_bytes_max > most)
    return refuse("cold_bytes_max", *wanted.cold_bytes_max, "at most " + std::to_string(most));
  const std::uint64_t least = cold_tier ? 0 : 1; // a cache needs at least one tier
  if (const auto hot = wanted.hot_bytes_max.value_or(least); hot < least || hot > most)
    return refuse("hot_bytes_max", hot,
                  std::to_string(least) + " to " + std::to_string(most) + (cold_tier ? "" : ": there is no cold tier"));
  return {};
}

} // namespace hearth::actors
