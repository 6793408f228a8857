#include "tests/support/block_history.hpp"

#include <algorithm>

namespace hearth::testing {

block_history::moment block_history::begins() {
  std::lock_guard guard{calls_mutex_};
  const auto begun = now();
  calls_.insert(begun);
  watermark_ = *calls_.begin();
  return begun;
}

void block_history::ended(moment begun) {
  std::lock_guard guard{calls_mutex_};
  calls_.erase(begun);
  watermark_ = calls_.empty() ? now() : *calls_.begin();
}

// --- puts and erases -----------------------------------------------------------------------------------------------

block_history::version block_history::put_begins(number block, moment begun, version which) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  which = which == 0 ? of.last + 1 : which;
  of.last = std::max(of.last, which);
  of.puts.push_back({which, begun});
  return which;
}

std::string block_history::put_ends(number block, version which, put_end end) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  const auto found = std::find_if(of.puts.rbegin(), of.puts.rend(), [&](const put& one) { return one.which == which; });
  if (end == put_end::unknown)
    return {};
  found->ended = now(); // under the lock: a call that begins later sees it
  found->refused = end == put_end::refused || end == put_end::refreshed;
  auto wrong =
      found->refused && found->seen ? text(*found) + " stored nothing, and a get has returned it" : std::string{};
  if (end == put_end::stored) {
    of.removals.push_back({cause::put, found->begun, found->ended, which});
    of.promise.reset();
    of.there_since.reset();
  }
  if (end == put_end::stored || end == put_end::refreshed)
    seen_there(of, found->begun);
  forget(of);
  return wrong;
}

void block_history::erase_begins(number block, moment begun) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  of.removals.push_back({cause::erase, begun, {}, 0});
  of.promise.reset();
  of.there_since.reset();
}

void block_history::erase_ends(number block, moment begun, bool done) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  const auto found = std::find_if(of.removals.begin(), of.removals.end(),
                                  [&](const removal& one) { return one.begun == begun && one.by == cause::erase; });
  of.erased_at = now();
  if (done)
    found->ended = of.erased_at;
  else
    of.removals.erase(found);
  forget(of);
}

void block_history::may_go_begins(number block) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  ++of.may_go;
  of.promise.reset();
  of.there_since.reset();
}

void block_history::may_go_ends(number block) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  --of.may_go;
  of.may_have_gone_at = now();
}

// --- checks of replies ---------------------------------------------------------------------------------------------

bool block_history::goes_with(const put& one, const removal& by) noexcept {
  return by.which != one.which && one.ended && *one.ended < by.begun;
}

/// The removal of `one` before `begun`, if there was one.
const block_history::removal* block_history::removal_of(const block_calls& of, const put& one, moment begun) {
  const auto found = std::find_if(of.removals.begin(), of.removals.end(), [&](const removal& by) {
    return goes_with(one, by) && by.ended && *by.ended < begun;
  });
  return found == of.removals.end() ? nullptr : &*found;
}

/// Whether a call that began at `begun` may have found anything.
bool block_history::explained(const block_calls& of, moment begun) {
  return std::any_of(of.puts.begin(), of.puts.end(),
                     [&](const put& one) { return !one.refused && removal_of(of, one, begun) == nullptr; });
}

/// Reason why a get from `begun` to `ended` must not return the version of `one`; empty if it may.
std::string block_history::objection(const block_calls& of, const put& one, moment begun, moment ended) {
  if (one.begun > ended)
    return "returned what was put later: " + text(one);
  if (one.refused)
    return "returned what was never stored: " + text(one);
  if (const auto* by = removal_of(of, one, begun))
    return "returned " + text(one) + ", which had gone with " + text(*by);
  if (of.promise && of.promise->exact && one.begun > of.promise->begun)
    return "returned " + text(one) + ", and not what a sync covers that began at " + std::to_string(of.promise->begun);
  return {};
}

std::string block_history::check(number block, version which, moment begun, moment ended) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  auto wrong = "returned version " + std::to_string(which) + " of " + std::to_string(of.last) + ", which " +
               (which > of.last || !of.forgot_by ? "nobody had put" : "had gone with " + text(*of.forgot_by));
  for (auto& one : of.puts) // the same version may have been put more than once
    if (one.which == which) {
      wrong = objection(of, one, begun, ended);
      one.seen = true;
      if (wrong.empty())
        break;
    }
  if (!wrong.empty())
    return "get [" + std::to_string(begun) + ", " + std::to_string(ended) + "] " + wrong;
  // Other puts that had ended before this get began are older than the version returned, and are gone.
  const auto was_before = [&](const put& one) {
    return one.which != which && !one.refused && one.ended && *one.ended < begun &&
           removal_of(of, one, ended) == nullptr;
  };
  if (std::any_of(of.puts.begin(), of.puts.end(), was_before))
    of.removals.push_back({cause::get, begun, ended, which});
  seen_there(of, begun);
  return {};
}

std::string block_history::check_there(number block, moment begun) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  if (explained(of, begun))
    return {};
  auto wrong = "a call that began at " + std::to_string(begun) + " was told that it is there";
  if (!of.removals.empty())
    wrong += "; it had gone with " + text(of.removals.back());
  else if (of.forgot_by)
    wrong += "; it had gone with " + text(*of.forgot_by);
  return wrong;
}

std::string block_history::check_miss(number block, moment begun) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  if (of.promise && of.promise->begun < begun)
    return "a sync that began at " + std::to_string(of.promise->begun) +
           " covers it, nothing has taken it away since, and it is not there";
  if (of.there_since && *of.there_since < begun)
    return "it was there at " + std::to_string(*of.there_since) +
           ", nothing has taken it away since, and it is not there";
  return {};
}

void block_history::missed(number block, moment begun, moment ended) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  of.removals.push_back({cause::miss, begun, ended, 0});
  of.promise.reset();
  of.there_since.reset();
  forget(of);
}

std::vector<block_history::version> block_history::versions(number block) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  std::vector<version> all;
  for (auto one = of.puts.rbegin(); one != of.puts.rend(); ++one)
    all.push_back(one->which);
  return all;
}

/// A call that began at `begun` has ended, and found or left the block present, unless a call that may take it away ran
/// concurrently.
void block_history::seen_there(block_calls& of, moment begun) {
  const bool under_way = of.may_go > 0 || std::any_of(of.removals.begin(), of.removals.end(), [](const removal& one) {
                           return one.by == cause::erase && !one.ended;
                         });
  if (!under_way && std::max(of.erased_at, of.may_have_gone_at) < begun && !of.there_since)
    of.there_since = now();
}

std::optional<block_history::moment> block_history::there_since(number block) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  return of.there_since;
}

bool block_history::untouched(const block_calls& of, moment begun) {
  const auto reaches = [&](const auto& one) { return !one.ended || *one.ended > begun; };
  return of.may_go == 0 && of.may_have_gone_at < begun &&
         std::none_of(of.puts.begin(), of.puts.end(), [&](const put& one) { return !one.refused && reaches(one); }) &&
         std::none_of(of.removals.begin(), of.removals.end(),
                      [&](const removal& one) { return one.by == cause::erase && reaches(one); });
}

bool block_history::untouched(number block, moment begun) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  return untouched(of, begun);
}

// --- syncs and ends ------------------------------------------------------------------------------------------------

void block_history::synced(moment begun) noexcept {
  auto before = synced_until_.load();
  while (before < begun && !synced_until_.compare_exchange_weak(before, begun)) {
  }
}

void block_history::promise(number block, moment sync_begun, bool exact) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  if (!of.promise && untouched(of, sync_begun) && explained(of, sync_begun))
    of.promise = {sync_begun, exact};
}

bool block_history::promised(number block) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  return of.promise.has_value();
}

void block_history::release(number block) {
  auto& of = blocks_[block];
  std::lock_guard guard{of.mutex};
  of.promise.reset();
}

void block_history::reopened() {
  const auto until = synced_until_.load();
  const auto end = now();
  {
    std::lock_guard guard{calls_mutex_};
    calls_.clear();
    watermark_ = end;
  }
  for (auto& of : blocks_) {
    std::lock_guard guard{of.mutex};
    for (auto& one : of.puts)
      one.ended = one.ended.value_or(end);
    std::erase_if(of.removals, [&](const removal& one) { return !one.ended || *one.ended >= until; });
    of.there_since.reset();
    of.may_go = 0;
    forget(of);
  }
}

std::size_t block_history::size() {
  std::size_t sum = 0;
  for (auto& of : blocks_) {
    std::lock_guard guard{of.mutex};
    sum += of.puts.size() + of.removals.size();
  }
  return sum;
}

/// Forgets puts that are removed for every call from now on, and removals without a put to remove.
void block_history::forget(block_calls& of) const {
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

std::string block_history::text(const removal& one) {
  const auto version = " version " + std::to_string(one.which);
  const auto call = one.by == cause::erase  ? std::string{"an erase"}
                    : one.by == cause::miss ? std::string{"an answer that it is not there"}
                                            : (one.by == cause::get ? "a get of" : "the stored put of") + version;
  return call + " [" + std::to_string(one.begun) + ", " + (one.ended ? std::to_string(*one.ended) : "...") + "]";
}

std::string block_history::text(const put& one) {
  return "version " + std::to_string(one.which) + ", put [" + std::to_string(one.begun) + ", " +
         (one.ended ? std::to_string(*one.ended) : "...") + "]";
}

} // namespace hearth::testing
