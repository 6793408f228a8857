#include "tests/simulation/shorten.hpp"

#include <algorithm>
#include <utility>

namespace hearth::simulation {

sim_request shorten(sim_request failing) {
  const auto first = simulation{failing}.run();
  failing.operations = std::min(failing.operations, first.operation + 1);
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < failing.operations; ++i)
    if (!failing.skipped.contains(i))
      left.push_back(i);
  for (auto group = std::max<std::size_t>(left.size() / 2, 1); group > 0; group /= 2) {
    for (std::size_t at = 0; at < left.size();) {
      auto shorter = failing;
      const auto end = std::min(at + group, left.size());
      shorter.skipped.insert(left.begin() + static_cast<std::ptrdiff_t>(at),
                             left.begin() + static_cast<std::ptrdiff_t>(end));
      if (simulation{shorter}.run().violation.empty()) {
        at = end;
        continue;
      }
      failing = std::move(shorter);
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(at), left.begin() + static_cast<std::ptrdiff_t>(end));
    }
  }
  return failing;
}

} // namespace hearth::simulation
