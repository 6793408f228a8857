// Measures the effect of chain cutting: hearth-chain-cutting TRACE [REQUESTS]. Real actors and a real hot tier run in
// virtual time, over a disk that writes a given fraction of what is put. A request gets its chain and puts the missing
// blocks. The figures are the same on every machine. A block whose parent is gone (`orphan`) is not written, and a
// usable block is written in its place; so fewer writes should give more hits, especially on slow disks.
#include "actors/host/program/trace.hpp"
#include "tests/support/actor_world.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace {

using namespace hearth;

constexpr std::uint64_t block_bytes = 4096;
constexpr std::uint64_t record_bytes = 2 * block_bytes; ///< with its header
constexpr auto between_requests = std::chrono::milliseconds{100};
constexpr std::array drain_rates{1.2, 1.0, 0.75, 0.5}; ///< fractions of what is put

block_key key_of(std::uint64_t id) {
  block_key key;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto word = (id + i) * 0x9E3779B97F4A7C15u;
    std::memcpy(key.bytes.data() + 8 * i, &word, sizeof(word));
  }
  return key;
}

/// Tier sizes in blocks: 1/100 of the trace in memory, 1/10 on disk, a realistic ratio.
struct tiers_of {
  std::uint64_t hot = 1827;
  std::uint64_t cold = 18'279;
};

struct outcome {
  std::uint64_t asked = 0;
  std::uint64_t usable = 0;
  std::uint64_t put = 0;
  stats::ledger ledger;
};

cache_options options_for(const tiers_of& room, bool cut_chains) {
  cache_options options;
  options.directory = "/cache";
  options.hot_bytes_max = room.hot * block_bytes;
  options.cold_bytes_max = room.cold * record_bytes;
  options.lease_bytes_max = std::uint64_t{1} << 30;
  options.cut_chains = cut_chains;
  return options;
}

enum class putting : std::uint8_t { at_once, one_by_one }; ///< how missing blocks are put; heads first in both cases

/// `writes_per_request`: blocks that the disk writes between two requests; 0: no limit.
outcome replay(std::span<const request> trace, putting how, bool cut_chains, double writes_per_request) {
  testing::actor_world world;
  auto kept = world.open(options_for({}, cut_chains)).value();
  const auto seconds = std::chrono::duration<double>(between_requests).count();
  world.disk().latency({0, 0, static_cast<std::uint64_t>(writes_per_request * record_bytes / seconds)});
  auto payload = mutable_buffer::allocate(block_bytes).value();
  std::memset(payload.bytes().data(), 42, block_bytes);
  const auto bytes = std::move(payload).publish();
  outcome found;
  for (const auto& asked : trace) { // open loop: a request does not wait for the one before
    std::vector<block_key> keys;
    for (const auto id : asked.block_ids)
      keys.push_back(key_of(id));
    found.asked += keys.size();
    kept.get_prefix_async(keys, {}, [&found, &kept, &bytes, keys, how](const result<prefix>& x) {
      const auto have = x.ok() ? x->blocks.size() : 0;
      found.usable += have;
      found.put += keys.size() - have;
      const auto parent_of = [&](std::size_t i) { return i > 0 ? std::optional{keys[i - 1]} : std::nullopt; };
      if (how == putting::at_once) {
        const auto rest = std::span{keys}.subspan(have);
        kept.put_many_async(rest, std::vector(rest.size(), bytes), {.parent = parent_of(have)}, {});
      } else {
        for (auto i = have; i < keys.size(); ++i)
          kept.put_async(keys[i], bytes, {.parent = parent_of(i)}, {});
      }
    });
    world.advance(between_requests);
  }
  world.run();
  found.ledger = kept.stats().value().whole.counters.ledger;
  return found;
}

} // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("hearth-chain-cutting: expected a trace, a file of JSON lines with hash_ids\n", stderr);
    return 2;
  }
  spdlog::register_logger(std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::null_sink_mt>()));
  auto trace = read_trace(arguments[1]);
  if (!trace) {
    std::fprintf(stderr, "hearth-chain-cutting: %s\n", trace.error().context.c_str());
    return 2;
  }
  if (const auto most = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 0; most > 0 && most < trace->size())
    trace->resize(most);
  const auto fast = replay(*trace, putting::at_once, true, 0);
  const auto demand = static_cast<double>(fast.put) / static_cast<double>(trace->size());
  std::printf(
      "usable-prefix hits of %llu blocks asked for; demand: %.2f blocks put a request when the disk is no bound\n",
      static_cast<unsigned long long>(fast.asked), demand);
  std::printf("chain put   drain/demand  chains cut  usable hits  written  orphans  write drops\n");
  const auto line = [](putting how, const char* rate, const char* cut, const outcome& x) {
    std::printf("%-10s  %12s  %10s  %11.4f  %7llu  %7llu  %11llu\n", how == putting::at_once ? "at once" : "one by one",
                rate, cut, static_cast<double>(x.usable) / static_cast<double>(x.asked),
                static_cast<unsigned long long>(x.ledger.persisted().blocks),
                static_cast<unsigned long long>(x.ledger.dropped(stats::drop_reason::orphan).blocks),
                static_cast<unsigned long long>(x.ledger.ssd_write_drops()));
  };
  line(putting::at_once, "no bound", "yes", fast);
  for (const auto how : {putting::at_once, putting::one_by_one})
    for (const auto rate : drain_rates)
      for (const bool cut : {true, false}) {
        char text[16];
        std::snprintf(text, sizeof(text), "%.2f", rate);
        line(how, text, cut ? "yes" : "no", replay(*trace, how, cut, rate * demand));
      }
  return 0;
}
