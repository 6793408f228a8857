#pragma once

#include "tests/simulation/simulation.hpp"

namespace hearth::simulation {

/// Reduces a failing request to few operations: removes those after the violation, then ever smaller groups of the
/// others, as long as the run still ends with a violation (delta debugging; Zeller, Hildebrandt 2002). Pre: the request
/// fails.
[[nodiscard]] sim_request shorten(sim_request failing);

} // namespace hearth::simulation
