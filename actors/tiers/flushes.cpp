#include "actors/tiers/flushes.hpp"

#include <algorithm>

namespace hearth::actors {

namespace {

/// Poll interval. Slots of the writer's mailbox become free without a message when a cancelled write or a dead writer's
/// append ends.
constexpr std::chrono::milliseconds look_again_after{10};

} // namespace

void flushes::begin(std::uint64_t number, const unwritten_blocks& blocks, const ended_flush& kind,
                    time_point deadline) {
  flushes_.emplace(number, flush{kind, blocks.dirty(), blocks.last_sequence(), deadline});
}

flushes::progress flushes::advance(unwritten_blocks& blocks, time_point now) {
  progress made;
  const auto ask_at = [&](time_point due) { made.ask_again = std::min(made.ask_again.value_or(due), due); };
  for (auto& [number, one] : flushes_) {
    if (one.syncing || !blocks.writable()) // wait for the directory, or the deadline
      continue;
    if (one.retry_at && *one.retry_at <= now) {
      one.retry_at.reset();
      one.rest = blocks.dirty();
    }
    const auto before = one.rest.after;
    blocks.offer_from(one.rest);
    if (one.rest.after != before)
      one.last_sequence = blocks.last_sequence();
    if (!one.rest.empty()) {
      if (!blocks.any_pending())
        ask_at(now + look_again_after);
    } else if (one.retry_at) {
      ask_at(*one.retry_at);
    } else if (!blocks.any_pending_until(one.last_sequence)) {
      one.syncing = true;
      made.ready.push_back(number);
    }
  }
  return made;
}

void flushes::retry_at(time_point due) {
  for (auto& [number, one] : flushes_)
    if (!one.syncing)
      one.retry_at = std::max(one.retry_at.value_or(due), due);
}

bool flushes::sync_again(std::uint64_t number) {
  const auto found = flushes_.find(number);
  if (found == flushes_.end())
    return false;
  found->second.syncing = false;
  return true;
}

std::optional<flushes::ended_flush> flushes::take(std::uint64_t number) {
  const auto node = flushes_.extract(number);
  return node.empty() ? std::nullopt : std::optional{node.mapped().kind};
}

std::vector<std::uint64_t> flushes::late(time_point now) const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, one] : flushes_)
    if (one.deadline <= now)
      numbers.push_back(number);
  return numbers;
}

std::optional<flushes::time_point> flushes::next_deadline(time_point now) const {
  std::optional<time_point> next;
  for (const auto& [number, one] : flushes_)
    if (one.deadline > now)
      next = std::min(next.value_or(one.deadline), one.deadline);
  return next;
}

} // namespace hearth::actors
