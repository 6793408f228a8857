#include "stats/counters.hpp"

#include <array>
#include <cassert>

namespace hearth::stats {

namespace {

/// All plain counters, listed once for both sum and difference.
constexpr std::array plain{
    &counters::saves,
    &counters::loads,
    &counters::misses,
    &counters::errors,
    &counters::hot_cache_hits,
    &counters::pending_hits,
    &counters::cold_hits,
    &counters::hot_cache_evictions,
    &counters::hot_cache_promotions,
    &counters::evictions,
    &counters::puts_rejected,
    &counters::recency_skipped,
};
// Fails for a counter that is in the struct but not in this list: it would never be summed. Only ledger, synced and
// lost are handled separately.
static_assert(sizeof(counters) == sizeof(ledger) + 2 * sizeof(amount) + plain.size() * sizeof(std::uint64_t));

} // namespace

counters& counters::operator+=(const counters& other) noexcept {
  ledger += other.ledger;
  synced += other.synced;
  lost += other.lost;
  for (auto member : plain)
    this->*member += other.*member;
  return *this;
}

counters counters::since(const counters& start) const noexcept {
  counters rest = *this;
  rest.ledger = ledger.since(start.ledger);
  rest.synced -= start.synced;
  rest.lost -= start.lost;
  for (auto member : plain) {
    assert(this->*member >= start.*member);
    rest.*member -= start.*member;
  }
  return rest;
}

std::string_view to_string(cold_state state) noexcept {
  switch (state) {
  case cold_state::none: return "none";
  case cold_state::attached: return "attached";
  case cold_state::detached: return "detached";
  }
  return "?";
}

gauges& gauges::operator+=(const gauges& other) noexcept {
  hot += other.hot;
  dirty += other.dirty;
  cold += other.cold;
  queue += other.queue;
  total_size_bytes += other.total_size_bytes;
  cold_appended_bytes += other.cold_appended_bytes;
  cold_written_bytes += other.cold_written_bytes;
  cold_reappended_bytes += other.cold_reappended_bytes;
  cold_unclaimed_bytes += other.cold_unclaimed_bytes;
  return *this;
}

} // namespace hearth::stats
