#include "stats/tally.hpp"

namespace hearth::stats {

std::vector<tally_entry> tally::read() const {
  std::lock_guard guard{mutex_};
  return entries_;
}

} // namespace hearth::stats
