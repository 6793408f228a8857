#include "tests/stress/stress_lap.hpp"

#include <algorithm>
#include <string>

namespace hearth::stress {

bool judge(lap& of, const char* call, const storage::failure* error, std::initializer_list<errc> allowed) {
  if (error == nullptr)
    return true;
  const auto code = error->code;
  of.answers.refused += code == errc::overloaded ? 1 : 0;
  if (code == errc::timeout)
    of.found.add(finding_kind::unanswered, std::string{call} + ": " + to_string(*error));
  else if (code != errc::overloaded && !(code == errc::closed && of.ending) &&
           std::find(allowed.begin(), allowed.end(), code) == allowed.end())
    of.found.add(finding_kind::unexpected, std::string{call} + ": " + to_string(*error));
  return false;
}

void check_block(lap& of, history::number block, const buffer& found, history::moment begun, history::moment ended) {
  const auto name = "block " + std::to_string(block) + ": ";
  ++of.answers.read;
  std::string wrong;
  if (const auto claimed = claimed_version(found.bytes())) {
    if (!is_payload(found.bytes(), block, *claimed))
      return of.found.add(finding_kind::wrong, name + std::to_string(found.size()) +
                                                   " bytes that nobody put; they claim to be version " +
                                                   std::to_string(*claimed));
    wrong = of.past.check(block, *claimed, begun, ended);
  } else {
    bool known = false; // too short to carry a version: several versions may have the same bytes
    for (const auto which : of.past.versions(block))
      if (is_payload(found.bytes(), block, which)) {
        known = true;
        wrong = of.past.check(block, which, begun, ended);
        if (wrong.empty())
          return;
      }
    if (!known)
      return of.found.add(finding_kind::wrong, name + "bytes that are of no version which may be there, get [" +
                                                   std::to_string(begun) + ", " + std::to_string(ended) + "]");
  }
  if (!wrong.empty())
    of.found.add(finding_kind::stale, name + wrong);
}

void check_snapshot(lap& of, const stats::snapshot& seen, std::uint64_t accepted) {
  const auto hold = [&](bool holds, const std::string& what) {
    if (!holds)
      of.found.add(finding_kind::uneven, "snapshot of " + seen.name_space + ": " + what);
  };
  const auto& [counters, gauges, recent] = seen.whole;
  const auto& ledger = counters.ledger;
  const auto pending = ledger.pending();
  hold(ledger.balanced(), "the ledger does not balance: offered " + std::to_string(ledger.offered().blocks) +
                              ", accounted for " + std::to_string(ledger.accounted().blocks));
  hold(gauges.queue == pending, "the queue is not what is pending");
  hold(pending.blocks <= of.plan.options.writer_queue_blocks && pending.bytes <= of.plan.options.writer_queue_bytes,
       "more is pending than the writer's mailbox holds");
  hold(gauges.hot.bytes <= hot_bytes_most, "the hot tier is over its limit");
  hold(gauges.dirty.blocks <= gauges.hot.blocks && gauges.dirty.bytes <= gauges.hot.bytes, "more is dirty than hot");
  hold(gauges.total_size_bytes <= of.plan.cold_most, "the cold tier is over its limit");
  hold(ledger.dropped(stats::drop_reason::evict_full).blocks <= counters.hot_cache_evictions,
       "more evict_full than blocks that have left the hot tier");
  hold(of.plan.resets || counters.saves >= accepted,
       std::to_string(accepted) + " puts had been accepted, " + std::to_string(counters.saves) + " are counted");
  if (seen.namespaces.empty())
    return;
  stats::counters sum;
  stats::amount hot;
  stats::amount cold;
  for (const auto& [name, part] : seen.namespaces) {
    hold(part.counters.ledger.balanced(), "the ledger of namespace " + name + " does not balance");
    sum += part.counters;
    hot += part.gauges.hot;
    cold += part.gauges.cold;
  }
  hold(sum == counters, "the counters of the namespaces do not add up");
  hold(hot == gauges.hot && cold == gauges.cold, "the levels of the namespaces do not add up");
}

} // namespace hearth::stress
