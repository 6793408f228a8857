#pragma once

#include "tests/stress/stress_lap.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hearth::stress {

/// One host thread: makes calls one after another, blocking or asynchronous. Threads: one owner.
class host {
public:
  /// `first`: this host ends the lap, if the plan says so.
  host(lap& of, chance draws, bool first) : lap_(of), draws_(draws), first_(first) {}

  /// Returns the number of operations done, at most `operations`.
  std::uint64_t run(std::uint64_t operations);

private:
  void act();
  void put();
  void put_made();
  void get();
  void get(history::number block, bool waits);
  void get_prefix();
  void contains();
  void erase();
  void clear();
  void clear_tier();
  [[nodiscard]] std::pair<std::optional<namespace_id>, std::vector<history::number>> to_clear();
  void flush();
  void limit();
  void ask_stats();
  void reset_stats();
  void kill();
  void end_lap();

  template <class Done>
  auto tracked(Done done);
  [[nodiscard]] bool waits() { return !draws_.one_in(3); }
  [[nodiscard]] history::number draw_block();
  [[nodiscard]] namespace_id number_of(history::number block) const { return lap_.numbers[name_space_of(block)]; }

  lap& lap_;
  chance draws_;
  const bool first_;
};

} // namespace hearth::stress
