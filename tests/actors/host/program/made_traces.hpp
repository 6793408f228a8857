#pragma once

#include "actors/host/program/chat_workload.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

// Synthetic traces for which no policy was tuned. The same seed gives the same trace everywhere.
namespace hearth::testing {

using trace = std::vector<request>;

/// Agent loops, `at_a_time` of them concurrently. Each begins with one of three shared prompts, grows by a few blocks
/// per step, repeats soon, and ends for good after about `steps` steps.
struct agent_habits {
  std::size_t at_a_time = 8;
  std::size_t prompt_blocks = 40;
  std::size_t steps = 20;
};
[[nodiscard]] trace agent_requests(std::uint64_t seed, std::size_t count, const agent_habits& habits,
                                   std::uint64_t first_id = 0);

/// Short questions, most of which continue at irregular times, and documents, most of which do not. LRU cannot tell
/// them apart.
[[nodiscard]] trace question_requests(std::uint64_t seed, std::size_t count, std::uint64_t first_id = 0);

/// Concatenates two traces.
[[nodiscard]] trace joined(trace first, const trace& second);

/// Inserts scans: from `from` to `to`, one request for blocks that are never requested again, once per `every`
/// requests.
[[nodiscard]] trace scanned(const trace& all, std::size_t from, std::size_t to, std::size_t every, std::size_t blocks);

} // namespace hearth::testing
