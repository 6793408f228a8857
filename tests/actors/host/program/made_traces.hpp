#pragma once

#include "actors/host/program/chat_workload.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

// Traces that no policy was made for. The same seed gives the same trace everywhere.
namespace hearth::testing {

using trace = std::vector<request>;

/// Loops of an agent and its tools, so many at a time: each begins with one of three prompts that all share, grows by
/// few blocks a step, asks again soon, and after about so many steps never again.
struct agent_habits {
  std::size_t at_a_time = 8;
  std::size_t prompt_blocks = 40;
  std::size_t steps = 20;
};
[[nodiscard]] trace agent_requests(std::uint64_t seed, std::size_t count, const agent_habits& habits,
                                   std::uint64_t first_id = 0);

/// Short questions that mostly go on, at no particular time, and documents that mostly do not: LRU cannot tell them
/// apart.
[[nodiscard]] trace question_requests(std::uint64_t seed, std::size_t count, std::uint64_t first_id = 0);

/// One trace after the other.
[[nodiscard]] trace joined(trace first, const trace& second);

/// Between `from` and `to`, before every so many requests, one for blocks that nobody asks for again.
[[nodiscard]] trace scanned(const trace& all, std::size_t from, std::size_t to, std::size_t every, std::size_t blocks);

} // namespace hearth::testing
