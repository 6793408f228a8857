#include "tests/simulation/history.hpp"

#include <algorithm>

namespace hearth::simulation {

history::version history::put_begins(number block) {
  puts_[block][++last_version_].begun = now();
  return last_version_;
}

void history::put_ends(number block, version which, put_end end) {
  auto& puts = puts_[block];
  if (end == put_end::refused) {
    puts.erase(which);
    return;
  }
  puts[which].ended = now();
  puts[which].stored = end == put_end::stored;
}

std::uint64_t history::erase_begins(const std::vector<number>& blocks) {
  erases_[++last_token_] = {blocks, now(), {}, false};
  for (const auto block : blocks) {
    erases_of_[block].push_back(last_token_);
    durable_.erase(block);
  }
  return last_token_;
}

void history::erase_ends(std::uint64_t token, bool done) {
  const auto found = erases_.find(token);
  if (found == erases_.end())
    return; // a crash has undone it
  if (done) {
    found->second.ended = now();
    return;
  }
  for (const auto block : found->second.blocks)
    std::erase(erases_of_[block], token);
  erases_.erase(found);
}

void history::synced(moment begun) {
  synced_until_ = begun;
  for (auto& [token, one] : erases_)
    one.synced = one.synced || (one.ended && *one.ended < begun);
  for (auto& [block, puts] : puts_)
    for (auto& [which, one] : puts)
      one.synced = one.synced || (one.ended && *one.ended < begun);
}

void history::durable(moment synced_from, const std::vector<number>& present) {
  for (const auto block : present) {
    const auto& puts = puts_[block];
    const bool covered = !puts.empty() && std::all_of(puts.begin(), puts.end(), [&](const auto& one) {
      return one.second.ended && *one.second.ended < synced_from;
    });
    const auto last = puts.empty() ? 0 : puts.rbegin()->second.begun;
    const auto& erases = erases_of_[block];
    const bool erased = std::any_of(erases.begin(), erases.end(), [&](auto token) {
      const auto& one = erases_.at(token);
      return !one.ended || *one.ended > last;
    });
    if (covered && !erased)
      durable_.insert(block);
  }
}

void history::crashed() {
  for (auto at = erases_.begin(); at != erases_.end();) {
    if (at->second.synced) {
      ++at;
      continue;
    }
    for (const auto block : at->second.blocks)
      std::erase(erases_of_[block], at->first);
    at = erases_.erase(at);
  }
  const auto end = now();
  for (auto& [block, puts] : puts_)
    for (auto& [which, one] : puts) {
      one.stored = one.stored && one.synced;
      if (one.seen_gone && *one.seen_gone >= synced_until_)
        one.seen_gone.reset();
      if (!one.ended)
        one.ended = end;
    }
}

bool history::may_return(number block, version which, moment begun) const {
  const auto puts = puts_.find(block);
  if (puts == puts_.end())
    return false;
  const auto put = puts->second.find(which);
  if (put == puts->second.end())
    return false;
  if (put->second.seen_gone && *put->second.seen_gone < begun)
    return false;
  const auto ended_between = [&](const auto& one) {
    return put->second.ended && one.begun > *put->second.ended && one.ended && *one.ended < begun;
  };
  if (std::ranges::any_of(puts->second,
                          [&](const auto& other) { return other.second.stored && ended_between(other.second); }))
    return false;
  const auto erases = erases_of_.find(block);
  return erases == erases_of_.end() ||
         std::ranges::none_of(erases->second, [&](auto token) { return ended_between(erases_.at(token)); });
}

void history::returned(number block, version which, moment begun) {
  for (auto& [version, one] : puts_[block])
    if (version != which && one.ended && *one.ended < begun && !one.seen_gone)
      one.seen_gone = now();
}

} // namespace hearth::simulation
