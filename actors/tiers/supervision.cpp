#include "actors/tiers/supervision.hpp"

namespace hearth::actors {

void supervision::died(supervised who, time_point now) {
  restarts_.emplace(now + backoffs_[static_cast<std::size_t>(who)].died(now), who);
}

std::optional<supervised> supervision::take_due(time_point now) {
  if (restarts_.empty() || restarts_.begin()->first > now)
    return std::nullopt;
  return restarts_.extract(restarts_.begin()).mapped();
}

std::optional<supervision::time_point> supervision::next_due() const {
  return restarts_.empty() ? std::nullopt : std::optional{restarts_.begin()->first};
}

} // namespace hearth::actors
