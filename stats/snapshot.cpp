#include "stats/snapshot.hpp"

namespace hearth::stats {

std::optional<snapshot> one_namespace(const snapshot& whole, const std::string& name_space) {
  const auto found = whole.namespaces.find(name_space);
  if (found == whole.namespaces.end())
    return std::nullopt;
  return snapshot{name_space, whole.time_ms, found->second, {}, {}, {}};
}

} // namespace hearth::stats
