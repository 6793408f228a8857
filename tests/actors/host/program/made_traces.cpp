#include "tests/actors/host/program/made_traces.hpp"

#include <algorithm>
#include <random>

namespace hearth::testing {

namespace {

using blocks = std::vector<std::uint64_t>;

/// Own distributions: the standard defines the output of mt19937_64, but not that of its distributions.
class draws {
public:
  explicit draws(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_() % bound; }

private:
  std::mt19937_64 random_;
};

void append_new(blocks& to, std::size_t count, std::uint64_t& id) {
  for (; count > 0; --count)
    to.push_back(id++);
}

} // namespace

trace agent_requests(std::uint64_t seed, std::size_t count, const agent_habits& habits, std::uint64_t id) {
  struct agent {
    blocks asked;
    std::size_t steps_left;
  };
  draws draw{seed};
  std::vector<blocks> prompts(3);
  for (auto& prompt : prompts)
    append_new(prompt, habits.prompt_blocks, id);
  std::vector<agent> agents;
  trace made;
  while (made.size() < count) {
    while (agents.size() < habits.at_a_time) {
      agents.push_back({prompts[std::min(draw.below(3), draw.below(3))], 1 + draw.below(2 * habits.steps)});
      append_new(agents.back().asked, 2 + draw.below(8), id);
    }
    const auto chosen = agents.begin() + static_cast<std::ptrdiff_t>(draw.below(agents.size()));
    append_new(chosen->asked, 1 + draw.below(3), id);
    made.push_back({chosen->asked});
    if (--chosen->steps_left == 0)
      agents.erase(chosen);
  }
  return made;
}

trace question_requests(std::uint64_t seed, std::size_t count, std::uint64_t id) {
  draws draw{seed};
  std::vector<blocks> open;
  trace made;
  while (made.size() < count) {
    blocks asked;
    bool document = false;
    if (open.size() >= 40 && draw.below(2) == 0) {
      const auto chosen = open.begin() + static_cast<std::ptrdiff_t>(draw.below(open.size()));
      asked = std::move(*chosen);
      open.erase(chosen);
    } else {
      document = draw.below(2) == 0;
    }
    append_new(asked, document ? 20 + draw.below(40) : 1 + draw.below(4), id);
    made.push_back({asked});
    if (draw.below(10) < (document ? 1u : 8u) && asked.size() < 200)
      open.push_back(std::move(asked));
  }
  return made;
}

trace joined(trace first, const trace& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

trace scanned(const trace& all, std::size_t from, std::size_t to, std::size_t every, std::size_t blocks_each) {
  std::uint64_t id = std::uint64_t{1} << 62;
  trace made;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i >= from && i < to && i % every == 0)
      append_new(made.emplace_back().block_ids, blocks_each, id);
    made.push_back(all[i]);
  }
  return made;
}

} // namespace hearth::testing
