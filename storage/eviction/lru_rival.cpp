#include "storage/eviction/lru_rival.hpp"

#include <algorithm>

namespace hearth::storage {

void lru_rival::count(std::size_t asked, double own, double lru) noexcept {
  constexpr double kept = 1 - 1 / requests_kept;
  asked_ = asked_ * kept + static_cast<double>(asked);
  lost_ = std::max(lost_ * kept + lru - own, -credit_part * asked_);
}

} // namespace hearth::storage
