#include "tests/bench/worker.hpp"

#include "tests/bench/usage.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace hearth::bench {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

constexpr std::uint64_t time_one_in = 8; ///< in memory: reading the clock twice costs as much as a hot get
constexpr auto between_puts = std::chrono::microseconds{500};
constexpr std::uint64_t never_put = std::uint64_t{1} << 48;

} // namespace

result<void> shared_run::note_put(std::uint64_t bytes) {
  if (unsynced_bytes.fetch_add(bytes) + bytes < plan.where.sync_bytes)
    return {};
  std::lock_guard guard{settling};
  if (unsynced_bytes < plan.where.sync_bytes)
    return {};
  unsynced_bytes = 0;
  return at.settle();
}

worker::worker(shared_run& run, unsigned thread, workload what)
    : run_(run), thread_(thread), what_(what), blocks_(population(run.plan)), length_(blocks_a_call(run.plan, what)),
      random_(run.plan.seed * 1000 + thread) {}

void worker::work() {
  const std::uint64_t one_in = on_disk(what_) ? 1 : time_one_in;
  due_ = std::chrono::steady_clock::now();
  std::uint64_t turn = 0;
  do {
    if (what_ == workload::paced_put)
      std::this_thread::sleep_until(due_ += between_puts);
    times_ = turn++ % one_in == 0;
    step();
  } while (!run_.over.load(std::memory_order_relaxed) && !done_ && outcome.ok());
  if (wrong_ > 0 && outcome.ok())
    outcome = failure{errc::corrupt, std::to_string(wrong_) + " blocks were others than asked for"};
  --run_.running;
}

void worker::step() {
  switch (what_) {
  case workload::hot_get: get(random_() % blocks_, 1); break;
  case workload::chains: get(random_() % (blocks_ - length_ + 1), length_); break;
  case workload::put:
  case workload::paced_put:
  case workload::cold_put: put_new(); break;
  case workload::churn:
    if (const auto number = random_() % blocks_; get(number, 1) == 0)
      put(number, 1);
    break;
  case workload::cold_get:
  case workload::cold_chains:
  case workload::beside:
    if (const auto at = run_.next_read.fetch_add(1); at < run_.firsts.size())
      get(run_.firsts[at], length_);
    else
      done_ = true;
    break;
  case workload::miss: get(never_put + random_() % blocks_, 1); break;
  case workload::contains: look(random_() % 2 * never_put + random_() % blocks_); break;
  case workload::mixed: converse(); break;
  case workload::open:
  case workload::open_killed: done_ = true; break; // have no threads
  }
}

/// Half of the requests go to a tenth of the chains.
void worker::converse() {
  const auto chains = blocks_ / length_;
  const auto among = random_() % 2 == 0 ? std::max<std::uint64_t>(chains / 10, 1) : chains;
  const auto first = random_() % among * length_;
  auto have = get(first, length_);
  times_ = false; // only the get is timed
  for (; have < length_ && outcome.ok(); ++have)
    put(first + have, 1, have > 0 ? std::optional{first + have - 1} : std::nullopt);
}

template <class Call>
auto worker::timed(Call call) {
  const auto begun = times_ ? seconds_now() : 0;
  auto answer = call();
  if (times_)
    call_us.push_back(static_cast<float>((seconds_now() - begun) * 1e6));
  return answer;
}

void worker::name(std::uint64_t first, std::uint64_t length) {
  keys_.clear();
  for (auto number = first; number < first + length; ++number)
    keys_.push_back(numbered_key(number));
}

std::uint64_t worker::get(std::uint64_t first, std::uint64_t length) {
  name(first, length);
  const auto got = timed([&] {
    return run_.at.get(thread_, keys_, [&](std::size_t i, std::span<const std::byte> bytes) {
      wrong_ += has_ends(bytes, first + i) ? 0 : 1;
    });
  });
  if (!got) {
    outcome = got.error();
    return 0;
  }
  if (times_ && *got == 0 && what_ == workload::beside)
    call_us.pop_back(); // evicted meanwhile: not a read
  asked += length;
  found += *got;
  moved += *got;
  answered += what_ == workload::miss ? 1 : *got;
  return *got;
}

/// Reporting a block that was never put is a wrong answer.
void worker::look(std::uint64_t number) {
  name(number, 1);
  const auto got = timed([&] { return run_.at.contains(thread_, keys_); });
  if (!got) {
    outcome = got.error();
    return;
  }
  wrong_ += *got > 0 && number >= never_put ? 1 : 0;
  found += *got;
  ++asked;
  ++answered;
}

void worker::put_new() {
  const auto first = run_.next_new.fetch_add(length_);
  if (first + length_ > run_.new_max) {
    done_ = true;
    return;
  }
  put(first, length_);
  const auto& where = run_.plan.where;
  if (what_ == workload::cold_put && outcome.ok())
    outcome = run_.note_put(length_ * where.block_bytes);
}

/// A block that the cache drops at once is no failure: the cache reports it.
void worker::put(std::uint64_t first, std::uint64_t length, std::optional<std::uint64_t> parent) {
  chain_.clear();
  for (auto number = first; number < first + length; parent = number++) {
    auto made = make_block(number, run_.plan.where.block_bytes, stamps_of(run_.plan), parent);
    if (!made) {
      outcome = made.error();
      return;
    }
    chain_.push_back(std::move(*made));
  }
  const auto kept = timed([&] { return run_.at.put(thread_, chain_); });
  chain_.clear();
  if (!kept) {
    outcome = kept.error();
    return;
  }
  offered += length;
  refused += length - *kept;
  moved += *kept;
  answered += *kept;
}

} // namespace hearth::bench
