#include "actors/tiers/idle_cleaning.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::actors {

idle_cleaning::time_point idle_cleaning::due() const noexcept {
  assert(dirty_since_);
  return std::max(std::max(*dirty_since_, writer_busy_) + idle_for_, not_before_);
}

bool idle_cleaning::begin(time_point now, bool writer_idle, const dirty_range& dirty) noexcept {
  if (!dirty_since_ || !writer_idle || now < due())
    return false;
  dirty_since_.reset();
  rest_ = dirty;
  return true;
}

void idle_cleaning::stop() noexcept {
  on_ = false;
  rest_ = {};
}

} // namespace hearth::actors
