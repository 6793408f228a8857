#include "tests/stress/stress_findings.hpp"

#include <chrono>
#include <cstdio>
#include <numeric>

namespace hearth::stress {

namespace {

constexpr std::array names{"WRONG", "STALE", "UNANSWERED", "UNEVEN", "UNEXPECTED"};
constexpr std::uint64_t shown_of_each = 5;
constexpr std::chrono::minutes answer_patience{2};

} // namespace

void findings::add(finding_kind kind, const std::string& text) {
  const auto index = static_cast<std::size_t>(kind);
  std::lock_guard guard{mutex_};
  if (++counts_[index] > shown_of_each)
    return;
  std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(seed_), names[index], text.c_str());
  std::fflush(stdout);
}

std::uint64_t findings::count(finding_kind kind) const {
  std::lock_guard guard{mutex_};
  return counts_[static_cast<std::size_t>(kind)];
}

std::uint64_t findings::count() const {
  std::lock_guard guard{mutex_};
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

void open_calls::begin() {
  std::lock_guard guard{mutex_};
  ++open_;
}

bool open_calls::end() {
  std::lock_guard guard{mutex_};
  if (open_ == 0)
    return false;
  --open_;
  changed_.notify_all();
  return true;
}

bool open_calls::wait_for_at_most(std::size_t calls) {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, answer_patience, [&] { return open_ <= calls; });
}

} // namespace hearth::stress
