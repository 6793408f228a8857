// What a block of a hot chain costs those who ask for the whole chain: hearth-prefix-cost [ROUNDS]. Two chains of a
// thousand blocks are all that is hot, and are asked for in turn, by an actor (a message to hot_cache, its answer, and
// the blocks let go; and without one, through the facade), by a blocking thread (no message), and of a map in 64 shards
// behind locks with the least recently used in order, which hands out shared pointers: what such a lookup costs without
// a cache around it. Nothing reads a payload. Expected: a message costs 0.8 us there and back, so next to nothing a
// block; what is left is a lookup, a reference taken and let go, and a place in an order.
#include "actors/host/actors.hpp"
#include "actors/host/cache_impl.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <unordered_map>
#include <vector>

namespace {

using namespace hearth;
using steady = std::chrono::steady_clock;
using chain = std::vector<block_key>;

constexpr std::size_t chain_blocks = 1000;
constexpr std::size_t block_bytes = 4096;
constexpr std::size_t rounds_in_turn = 20; ///< then the next way of asking: what disturbs the machine disturbs them all

chain random_chain(std::mt19937_64& random) {
  chain keys(chain_blocks);
  for (auto& key : keys)
    for (auto& byte : key.bytes)
      byte = static_cast<std::byte>(random());
  return keys;
}

double ns_a_block(steady::time_point begun) {
  return std::chrono::duration<double, std::nano>(steady::now() - begun).count() / chain_blocks;
}

/// Anything else would measure the wrong thing.
void expect_all(std::size_t found) {
  if (found == chain_blocks)
    return;
  std::fprintf(stderr, "hearth-prefix-cost: found %zu blocks, expected %zu\n", found, chain_blocks);
  std::exit(1);
}

class locked_map {
public:
  void put(const block_key& key, std::shared_ptr<int> value) {
    auto& in = shard_of(key);
    in.order.push_back(key);
    in.values[key] = {std::move(value), std::prev(in.order.end())};
  }
  std::shared_ptr<int> get(const block_key& key) {
    auto& in = shard_of(key);
    std::lock_guard guard{in.mutex};
    const auto found = in.values.find(key);
    if (found == in.values.end())
      return nullptr;
    in.order.splice(in.order.end(), in.order, found->second.second);
    return found->second.first;
  }

private:
  struct alignas(64) shard {
    std::mutex mutex;
    std::list<block_key> order;
    std::unordered_map<block_key, std::pair<std::shared_ptr<int>, std::list<block_key>::iterator>,
                       storage::block_key_hash>
        values;
  };
  shard& shard_of(const block_key& key) { return shards_[std::to_integer<std::size_t>(key.bytes[31]) % 64]; }

  std::array<shard, 64> shards_;
};

/// Asks for the chains in turn, by message, and times each from the request until the answer is gone.
class asking_actor : public caf::event_based_actor {
public:
  asking_actor(caf::actor_config& config, cache& kept, const std::array<chain, 2>& chains, std::vector<double>& ns,
               std::vector<double>& facade_ns, std::promise<void> done)
      : event_based_actor(config), kept_(kept), hot_cache_(kept.actors().hot_cache.actor), chains_(chains), ns_(ns),
        facade_ns_(facade_ns), done_(std::move(done)) {}

protected:
  caf::behavior make_behavior() override {
    ask(rounds_in_turn);
    return {[](caf::unit_t) {}};
  }

private:
  void ask(std::size_t rounds) {
    if (rounds == 0) {
      for (std::size_t round = 0; round < rounds_in_turn; ++round)
        ask_facade(chains_[round % 2]);
      done_.set_value();
      return quit();
    }
    messages::get_prefix_request request{0, chains_[rounds % 2], 0, std::chrono::seconds{30}, {}};
    const auto begun = steady::now();
    this->request(hot_cache_, caf::infinite, std::move(request))
        .then([this, rounds, begun](messages::get_prefix_reply& x) {
          const auto found = x.blocks.size();
          x.blocks.clear();
          ns_.push_back(ns_a_block(begun));
          expect_all(found);
          ask(rounds - 1);
        });
  }

  /// A chain that is hot is answered at once, on this thread.
  void ask_facade(const chain& keys) {
    std::size_t found = 0;
    const auto begun = steady::now();
    kept_.get_prefix_async(keys, {}, [&found](const result<prefix>& x) { found = x->blocks.size(); });
    facade_ns_.push_back(ns_a_block(begun));
    expect_all(found);
  }

  cache& kept_;
  actors::hot_cache_actor hot_cache_;
  const std::array<chain, 2>& chains_;
  std::vector<double>& ns_;
  std::vector<double>& facade_ns_;
  std::promise<void> done_;
};

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

} // namespace

int main(int count, char** arguments) {
  const auto rounds = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 2'000;
  if (rounds == 0) {
    std::fputs("hearth-prefix-cost: expected a number of rounds, 1 or more\n", stderr);
    return 2;
  }
  spdlog::register_logger(std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::null_sink_mt>()));
  std::mt19937_64 random{1};
  const std::array<chain, 2> chains{random_chain(random), random_chain(random)};
  own_system_config config;
  caf::actor_system system{config};
  cache_options options;
  options.hot_bytes_max = options.lease_bytes_max = 2 * chain_blocks * block_bytes;
  auto kept = open_cache(system, options, machine_environment(options).value()).value();
  locked_map map;
  for (const auto& keys : chains) {
    std::vector<buffer> payloads;
    for (const auto& key : keys) {
      payloads.push_back(mutable_buffer::allocate(block_bytes).value().publish());
      map.put(key, std::make_shared<int>(1));
    }
    for (const auto& end : kept.put_many(keys, std::move(payloads)).value())
      if (!end)
        expect_all(0);
  }
  std::vector<double> by_actor;
  std::vector<double> by_facade;
  std::vector<double> by_thread;
  std::vector<double> by_map;
  while (by_actor.size() < rounds) {
    std::promise<void> done;
    auto end = done.get_future();
    system.spawn<asking_actor>(std::ref(kept), std::cref(chains), std::ref(by_actor), std::ref(by_facade),
                               std::move(done));
    end.wait();
    for (std::size_t round = 0; round < rounds_in_turn; ++round) {
      const auto& keys = chains[round % 2];
      auto begun = steady::now();
      auto found = kept.get_prefix(keys);
      const auto blocks = found->blocks.size();
      found->blocks.clear();
      by_thread.push_back(ns_a_block(begun));
      expect_all(blocks);
      begun = steady::now();
      std::vector<std::shared_ptr<int>> values;
      values.reserve(keys.size());
      for (const auto& key : keys)
        values.push_back(map.get(key));
      values.clear();
      by_map.push_back(ns_a_block(begun));
    }
  }
  const auto map_ns = median(by_map);
  std::printf("a block of a hot chain of %zu, %zu resident, ns, medians of %zu rounds\n", chain_blocks,
              2 * chain_blocks, by_actor.size());
  for (const auto& [who, ns] :
       {std::pair{"actor, by message", median(by_actor)}, std::pair{"actor, by the facade", median(by_facade)},
        std::pair{"blocking thread", median(by_thread)}, std::pair{"locked map", map_ns}})
    std::printf("%-20s  %6.1f  %5.2f of the map\n", who, ns, ns / map_ns);
  return 0;
}
