#include "stats/ledger.hpp"

#include <cassert>

namespace hearth::stats {

namespace {

std::size_t index(drop_reason reason) noexcept { return static_cast<std::size_t>(reason); }
std::size_t index(fail_reason reason) noexcept { return static_cast<std::size_t>(reason); }

template <std::size_t N>
amount total(const std::array<amount, N>& parts) noexcept {
  amount sum;
  for (const auto& part : parts)
    sum += part;
  return sum;
}

/// Calls `each(a, b)` for every end that two ledgers count. The callers handle `offered` and `pending` themselves.
template <class Each>
void for_each_end(ledger_parts& a, const ledger_parts& b, Each each) noexcept {
  each(a.persisted, b.persisted);
  each(a.cancelled, b.cancelled);
  for (std::size_t i = 0; i < drop_reasons; ++i)
    each(a.dropped[i], b.dropped[i]);
  for (std::size_t i = 0; i < fail_reasons; ++i)
    each(a.failed[i], b.failed[i]);
}

/// Subtracts `part` from `left`. Returns false if `part` is larger.
bool explain(amount& left, const amount& part) noexcept {
  if (part.blocks > left.blocks || part.bytes > left.bytes)
    return false;
  left -= part;
  return true;
}

} // namespace

void amount::add(std::uint64_t block_bytes) noexcept {
  blocks += 1;
  bytes += block_bytes;
}

void amount::take(std::uint64_t block_bytes) noexcept {
  assert(blocks >= 1 && bytes >= block_bytes);
  blocks -= 1;
  bytes -= block_bytes;
}

amount& amount::operator+=(const amount& other) noexcept {
  blocks += other.blocks;
  bytes += other.bytes;
  return *this;
}

amount& amount::operator-=(const amount& other) noexcept {
  assert(blocks >= other.blocks && bytes >= other.bytes);
  blocks -= other.blocks;
  bytes -= other.bytes;
  return *this;
}

std::string_view to_string(drop_reason reason) noexcept {
  switch (reason) {
  case drop_reason::evict_full: return "evict_full";
  case drop_reason::preflight_full: return "preflight_full";
  case drop_reason::late_full: return "late_full";
  case drop_reason::orphan: return "orphan";
  case drop_reason::over_budget: return "over_budget";
  case drop_reason::too_large: return "too_large";
  case drop_reason::closing: return "closing";
  }
  return "unknown";
}

std::string_view to_string(fail_reason reason) noexcept {
  switch (reason) {
  case fail_reason::io_error: return "io_error";
  case fail_reason::no_space: return "no_space";
  case fail_reason::writer_died: return "writer_died";
  }
  return "unknown";
}

amount ledger_parts::accounted() const noexcept {
  amount sum = persisted;
  sum += pending;
  sum += cancelled;
  sum += dropped_sum();
  sum += failed_sum();
  return sum;
}

bool ledger_parts::balanced() const noexcept {
  // Subtract instead of adding: a sum of invalid parts could wrap around to the right number.
  amount left = offered;
  bool explained = explain(left, persisted) && explain(left, pending) && explain(left, cancelled);
  for (const auto& part : dropped)
    explained = explained && explain(left, part);
  for (const auto& part : failed)
    explained = explained && explain(left, part);
  return explained && left == amount{};
}

amount ledger_parts::dropped_sum() const noexcept { return total(dropped); }
amount ledger_parts::failed_sum() const noexcept { return total(failed); }

amount ledger_parts::ssd_write_drops() const noexcept {
  amount sum;
  for (std::size_t i = 0; i < drop_reasons; ++i)
    if (is_ssd_write_drop(static_cast<drop_reason>(i)))
      sum += dropped[i];
  return sum;
}

std::optional<ledger> ledger::restore(const ledger_parts& parts) noexcept {
  if (!parts.balanced())
    return std::nullopt;
  ledger restored;
  restored.parts_ = parts;
  return restored;
}

void ledger::offer(std::uint64_t bytes) noexcept {
  parts_.offered.add(bytes);
  parts_.pending.add(bytes);
}

void ledger::give_up(drop_reason reason, std::uint64_t bytes) noexcept {
  parts_.offered.add(bytes);
  parts_.dropped[index(reason)].add(bytes);
}

void ledger::persist(std::uint64_t bytes) noexcept {
  parts_.pending.take(bytes);
  parts_.persisted.add(bytes);
}

void ledger::cancel(std::uint64_t bytes) noexcept {
  parts_.pending.take(bytes);
  parts_.cancelled.add(bytes);
}

void ledger::drop(drop_reason reason, std::uint64_t bytes) noexcept {
  parts_.pending.take(bytes);
  parts_.dropped[index(reason)].add(bytes);
}

amount ledger::abandon_pending(drop_reason reason) noexcept {
  const auto gone = parts_.pending;
  parts_.pending = {};
  parts_.dropped[index(reason)] += gone;
  return gone;
}

void ledger::fail(fail_reason reason, std::uint64_t bytes) noexcept {
  parts_.pending.take(bytes);
  parts_.failed[index(reason)].add(bytes);
}

const amount& ledger::dropped(drop_reason reason) const noexcept { return parts_.dropped[index(reason)]; }
const amount& ledger::failed(fail_reason reason) const noexcept { return parts_.failed[index(reason)]; }

ledger& ledger::operator+=(const ledger& other) noexcept {
  parts_.offered += other.parts_.offered;
  parts_.pending += other.parts_.pending;
  for_each_end(parts_, other.parts_, [](amount& mine, const amount& theirs) { mine += theirs; });
  return *this;
}

ledger ledger::since(const ledger& start) const noexcept {
  ledger rest = *this;
  rest.parts_.offered -= start.parts_.offered;
  rest.parts_.offered += start.parts_.pending; // still pending: counts as offered since `start`
  for_each_end(rest.parts_, start.parts_, [](amount& now, const amount& then) { now -= then; });
  assert(rest.balanced());
  return rest;
}

} // namespace hearth::stats
