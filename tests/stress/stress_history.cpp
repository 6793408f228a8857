#include "tests/stress/stress_history.hpp"

#include <algorithm>

namespace hearth::stress {

history::moment history::begins() {
  std::lock_guard guard{calls_mutex_};
  const auto begun = now();
  calls_.insert(begun);
  watermark_ = *calls_.begin();
  return begun;
}

void history::ended(moment begun) {
  std::lock_guard guard{calls_mutex_};
  calls_.erase(begun);
  watermark_ = calls_.empty() ? now() : *calls_.begin();
}

history::version history::put_begins(number block, moment begun) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  of.puts.push_back({++of.last, begun});
  return of.last;
}

std::string history::put_ends(number block, version which, put_end end) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  const auto found = std::find_if(of.puts.begin(), of.puts.end(), [&](const put& one) { return one.which == which; });
  if (end == put_end::unknown)
    return {};
  found->ended = now(); // under the lock: who begins later meets it here
  found->refused = end != put_end::stored;
  auto wrong =
      found->refused && found->seen ? text(*found) + " stored nothing, and a get has returned it" : std::string{};
  if (end == put_end::stored)
    of.removals.push_back({found->begun, found->ended, which});
  forget(of);
  return wrong;
}

void history::erase_begins(number block, moment begun) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  of.removals.push_back({begun, {}, 0});
}

void history::erase_ends(number block, moment begun, bool done) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  const auto found = std::find_if(of.removals.begin(), of.removals.end(),
                                  [&](const removal& one) { return one.begun == begun && one.stored == 0; });
  if (done)
    found->ended = now();
  else
    of.removals.erase(found);
  forget(of);
}

bool history::goes_with(const put& one, const removal& by) noexcept {
  return by.stored != one.which && one.ended && *one.ended < by.begun;
}

/// What took `one` away before `begun`, if anything did.
const history::removal* history::removal_of(const block_history& of, const put& one, moment begun) {
  const auto found = std::find_if(of.removals.begin(), of.removals.end(), [&](const removal& by) {
    return goes_with(one, by) && by.ended && *by.ended < begun;
  });
  return found == of.removals.end() ? nullptr : &*found;
}

std::string history::check(number block, version which, moment begun, moment ended) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  const auto get = "get [" + std::to_string(begun) + ", " + std::to_string(ended) + "]";
  const auto found = std::find_if(of.puts.begin(), of.puts.end(), [&](const put& one) { return one.which == which; });
  if (found == of.puts.end())
    return get + " returned version " + std::to_string(which) + " of " + std::to_string(of.last) + ", which " +
           (which > of.last || !of.forgot_by ? "nobody had put" : "had gone with " + text(*of.forgot_by));
  found->seen = true;
  if (found->begun > ended)
    return get + " returned what was put later: " + text(*found);
  if (found->refused)
    return get + " returned what was never stored: " + text(*found);
  if (const auto* by = removal_of(of, *found, begun))
    return get + " returned " + text(*found) + ", which had gone with " + text(*by);
  // Whatever had been put before this get began was before what it returned, and is gone.
  const auto was_before = [&](const put& one) {
    return one.which != which && !one.refused && one.ended && *one.ended < begun &&
           removal_of(of, one, ended) == nullptr;
  };
  if (std::any_of(of.puts.begin(), of.puts.end(), was_before))
    of.removals.push_back({begun, ended, which, true});
  return {};
}

std::string history::check_there(number block, moment begun, version except) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  const bool explained = std::any_of(of.puts.begin(), of.puts.end(), [&](const put& one) {
    return one.which != except && !one.refused && removal_of(of, one, begun) == nullptr;
  });
  if (explained)
    return {};
  auto wrong = "a call that began at " + std::to_string(begun) + " was told that it is there";
  if (!of.removals.empty())
    wrong += "; it had gone with " + text(of.removals.back());
  else if (of.forgot_by)
    wrong += "; it had gone with " + text(*of.forgot_by);
  return wrong;
}

std::vector<history::version> history::versions(number block) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  std::vector<version> all;
  for (auto one = of.puts.rbegin(); one != of.puts.rend(); ++one)
    all.push_back(one->which);
  return all;
}

void history::synced(moment begun) noexcept {
  auto before = synced_until_.load();
  while (before < begun && !synced_until_.compare_exchange_weak(before, begun)) {
  }
}

void history::reopened() {
  const auto until = synced_until_.load();
  const auto end = now();
  for (auto& of : blocks_) {
    std::lock_guard guard{of.mutex};
    for (auto& one : of.puts)
      one.ended = one.ended.value_or(end);
    std::erase_if(of.removals, [&](const removal& one) { return !one.ended || *one.ended >= until; });
    forget(of);
  }
}

std::size_t history::size() {
  std::size_t sum = 0;
  for (auto& of : blocks_) {
    std::lock_guard guard{of.mutex};
    sum += of.puts.size() + of.removals.size();
  }
  return sum;
}

/// Puts that a removal has taken away for every call from now on, for good; and removals that have none to take away.
void history::forget(block_history& of) const {
  const auto settled = std::min(watermark_.load(), synced_until_.load());
  const removal* last = nullptr;
  for (const auto& one : of.removals)
    if (one.ended && *one.ended < settled && (last == nullptr || one.begun > last->begun))
      last = &one;
  if (last != nullptr) {
    const auto gone = std::erase_if(of.puts, [&](const put& one) { return goes_with(one, *last); });
    if (gone > 0)
      of.forgot_by = *last;
  }
  std::erase_if(of.removals, [&](const removal& by) {
    return by.ended && std::none_of(of.puts.begin(), of.puts.end(), [&](const put& one) { return goes_with(one, by); });
  });
}

std::string history::text(const removal& one) {
  const auto version = " version " + std::to_string(one.stored) + " [";
  return (one.stored == 0 ? "an erase [" : (one.seen ? "a get of" : "the stored put of") + version) +
         std::to_string(one.begun) + ", " + (one.ended ? std::to_string(*one.ended) : "...") + "]";
}

std::string history::text(const put& one) {
  return "version " + std::to_string(one.which) + ", put [" + std::to_string(one.begun) + ", " +
         (one.ended ? std::to_string(*one.ended) : "...") + "]";
}

} // namespace hearth::stress
