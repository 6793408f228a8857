// Estimate: with one sidecar index file per segment, 36 ms for 100,000 blocks, plus 10 ms or more for a tail that was
// not closed. LMDB opens at once, because it reads nothing.
#include "tests/bench/peers/descriptor.hpp"
#include "tests/bench/usage.hpp"
#include "tests/bench/worker.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include <sys/wait.h>
#include <unistd.h>

namespace hearth::bench {

using storage::errc;
using storage::result;

namespace {

/// Runs in the child: fills the peer; for a kill, then puts a hundredth more without settling.
result<void> fill_store(peer& at, workload_plan& plan, bool killed) {
  if (auto opened = at.open(plan.where); !opened)
    return opened;
  readings unused;
  if (auto filled = fill(at, plan, unused); !filled)
    return filled;
  for (auto more = population(plan) / 100 + 1; killed && more > 0; --more) {
    const auto made = make_block(plan.next++, plan.where.block_bytes, stamps_of(plan), {});
    if (!made)
      return made.error();
    if (auto kept = at.put(0, std::array{*made}); !kept)
      return kept.error();
  }
  return {};
}

/// Runs `fill_store` in another process, because SIGKILL ends it. Errors: those of the child, as exit code; the child
/// prints them to standard error.
result<void> fill_in_child(const peer_list::entry& entry, workload_plan& plan, bool killed) {
  std::fflush(nullptr);
  const auto child = ::fork();
  if (child < 0)
    return system_failure("fork", errno);
  if (child == 0) {
    const auto at = entry.make();
    const auto filled = fill_store(*at, plan, killed);
    if (filled.ok() && killed)
      ::raise(SIGKILL);
    if (filled.ok())
      at->close();
    else
      std::fprintf(stderr, "%s\n", filled.error().context.c_str());
    std::fflush(nullptr);
    ::_exit(filled.ok() ? 0 : 1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const bool as_planned =
      killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return as_planned
             ? result<void>{}
             : storage::failure{errc::io, "the process that filled the store failed; its error is printed above"};
}

} // namespace

result<readings> measure_open(const peer_list::entry& entry, workload_plan& plan) {
  if (auto filled = fill_in_child(entry, plan, plan.what == workload::open_killed); !filled)
    return filled.error();
  drop_page_cache(plan.where.directory, plan.drops_caches);
  const auto at = entry.make();
  const auto used = usage_now(0);
  const auto begun = seconds_now();
  if (auto opened = at->open(plan.where); !opened)
    return opened.error();
  const auto seconds = seconds_now() - begun;
  const auto cost = usage_now(0) - used;
  const auto blocks = population(plan);
  const auto came = check_sample(*at, plan, blocks);
  at->close();
  if (!came)
    return came.error();
  return readings{{"ns_per_block", seconds * 1e9 / static_cast<double>(blocks)},
                  {"p50_us", seconds * 1e6},
                  {"blocks", static_cast<double>(blocks)},
                  {"cpu_s", cost.cpu_s},
                  {"hit_share", static_cast<double>(*came) / static_cast<double>(sample_of(blocks))}};
}

} // namespace hearth::bench
