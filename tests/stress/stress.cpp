// Many host threads against one small cache with real threads and files: mailboxes overflow, actors die, limits change,
// blocks are erased while they are written and read. What must hold: never other bytes than were put, no call
// unanswered, a true ledger. Meant for the sanitizers; without them it is a soak test.
#include "actors/host/actors.hpp"
#include "actors/host/cache.hpp"
#include "actors/host/temporary_directory.hpp"

#include <CLI/CLI.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace hearth;

constexpr std::size_t chain_count = 32;
constexpr std::size_t chain_length = 16;
constexpr std::size_t host_threads = 4;

struct stored_block {
  block_key key;
  buffer payload;
};

struct workload {
  std::vector<stored_block> blocks; ///< chain after chain
  std::array<std::vector<block_key>, chain_count> chains;
};

workload make_workload(std::mt19937_64& random) {
  workload made;
  for (std::uint32_t chain = 0; chain < chain_count; ++chain) {
    std::optional<block_key> parent;
    for (std::uint32_t i = 0; i < chain_length; ++i) {
      const std::array<std::uint32_t, 2> tokens{chain, i};
      parent = storage::derive_key("stress", parent, tokens);
      auto payload = mutable_buffer::allocate(1 + random() % 16'384).value();
      std::ranges::generate(payload.bytes(), [&] { return static_cast<std::byte>(random()); });
      made.blocks.push_back({*parent, std::move(payload).publish()});
      made.chains[chain].push_back(*parent);
    }
  }
  return made;
}

struct outcome {
  std::atomic<std::uint64_t> wrong{0};
  std::atomic<std::uint64_t> unanswered{0};
  std::atomic<std::uint64_t> limited{0}; ///< changes of the limits
  std::atomic<std::uint64_t> put{0};
  std::atomic<std::uint64_t> read{0};
};

/// Down to no hot tier at all, and up to twice of what the cache was opened with.
void change_limits(cache& kept, std::mt19937_64& random, outcome& out) {
  const auto hot = random() % 3 * (1 << 20);
  const auto cold = (2 + random() % 7) * (1 << 20);
  const auto end = kept.limit({.hot_bytes_max = hot, .cold_bytes_max = cold});
  out.unanswered += end.code() == errc::timeout ? 1 : 0;
  out.limited += end.ok() ? 1 : 0;
}

/// Somebody's accident, now and then.
void kill_one(const cache& kept, std::uint64_t choice) {
  const auto& roster = *kept.actors().roster;
  if (choice % 3 == 0)
    caf::anon_send_exit(roster.writer(), caf::exit_reason::kill);
  else if (choice % 3 == 1)
    caf::anon_send_exit(roster.reader(0), caf::exit_reason::kill);
  else
    caf::anon_send_exit(roster.stats(), caf::exit_reason::kill);
}

void act(cache& kept, const workload& work, std::mt19937_64& random, outcome& out) {
  const auto index = random() % work.blocks.size();
  const auto& block = work.blocks[index];
  const auto note = [&](errc code) { out.unanswered += code == errc::timeout ? 1 : 0; };
  switch (random() % 16) {
  case 0: note(kept.erase(block.key).code()); break;
  case 1: note(kept.stats().code()); break;
  case 2:
  case 3:
  case 4:
  case 5:
  case 6: {
    put_options options;
    if (index % chain_length != 0)
      options.parent = work.blocks[index - 1].key;
    const auto end = kept.put(
        block.key, block.payload.size(), [&] { return result<buffer>{block.payload}; }, options);
    out.put += end.ok() ? 1 : 0;
    note(end.code());
    break;
  }
  default: {
    const auto chain = index / chain_length;
    const auto found = kept.get_prefix(work.chains[chain]);
    note(found.code());
    if (!found)
      break;
    out.read += found->blocks.size();
    for (std::size_t i = 0; i < found->blocks.size(); ++i)
      out.wrong +=
          std::ranges::equal(found->blocks[i].bytes(), work.blocks[chain * chain_length + i].payload.bytes()) ? 0 : 1;
  }
  }
}

/// The stats actor may have been killed a moment ago; its successor comes with a back-off.
result<stats::snapshot> last_snapshot(cache& kept) {
  auto last = kept.stats();
  for (int tries = 0; last.code() == errc::overloaded && tries < 3000; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    last = kept.stats();
  }
  if (!last)
    std::fprintf(stderr, "the last snapshot: %s\n", to_string(last.error()).c_str());
  return last;
}

int run(std::uint64_t operations, std::uint64_t seed) {
  const auto folder = temporary_directory::make();
  if (!folder) {
    std::fprintf(stderr, "%s\n", storage::to_string(folder.error()).c_str());
    return 2;
  }
  std::mt19937_64 random{seed};
  const auto work = make_workload(random);
  cache_options options;
  options.directory = folder->path();
  options.hot_bytes_max = 1 << 20;
  options.cold_bytes_max = 4 << 20;
  options.writer_queue_blocks = 8;
  options.hot_cache_mailbox = 16;
  options.stats_mailbox = 4;
  options.readers = 1;
  auto kept = cache::open(options).value();
  outcome out;
  std::vector<std::thread> hosts;
  for (std::uint64_t host = 0; host < host_threads; ++host)
    hosts.emplace_back([&, host] {
      std::mt19937_64 own{seed * host_threads + host};
      for (std::uint64_t n = 0; n < operations / host_threads; ++n) {
        act(kept, work, own, out);
        if (host == 0 && n % 1'000 == 999)
          change_limits(kept, own, out);
        if (host == 0 && n % 10'000 == 9'999)
          kill_one(kept, own());
      }
    });
  for (auto& host : hosts)
    host.join();
  const auto closed = kept.close();
  const auto last = last_snapshot(kept);
  const bool balanced =
      last.ok() && last->whole.counters.ledger.balanced() && last->whole.counters.ledger.pending() == stats::amount{};
  std::printf("operations %llu, blocks put %llu, blocks read %llu, wrong %llu, unanswered %llu, left at close %llu, "
              "ledger %s\n",
              static_cast<unsigned long long>(operations), static_cast<unsigned long long>(out.put),
              static_cast<unsigned long long>(out.read), static_cast<unsigned long long>(out.wrong),
              static_cast<unsigned long long>(out.unanswered),
              static_cast<unsigned long long>(closed ? closed->left.blocks : 0),
              balanced ? "balanced" : "NOT BALANCED");
  return out.wrong == 0 && out.unanswered == 0 && closed.ok() && balanced && (out.limited > 0 || operations < 100'000)
             ? 0
             : 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"stress test of the cache with real threads and files"};
  std::uint64_t operations = 100'000;
  std::uint64_t seed = 1;
  app.add_option("--operations", operations, "gets, puts, erases and snapshots in all");
  app.add_option("--seed", seed, "of the workload; threads interleave as they like");
  CLI11_PARSE(app, argc, argv);
  return run(operations, seed);
}
