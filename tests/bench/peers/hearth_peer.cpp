// Estimate: a hot get is a lookup and a reference, about 100 ns; a put is a message and its reply, 20 us with the
// wake-ups; a cold get is the disk time and four messages. A chain requested by message is one message and one reply
// for all of its blocks.
#include "tests/bench/peers/hearth_peer.hpp"

#include "actors/host/cache_impl.hpp"
#include "tests/bench/workload.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace hearth::bench {

cache_options hearth_peer::options_for(const stage& where) {
  cache_options options;
  options.hot_bytes_max = where.memory_bytes;
  options.lease_bytes_max = where.memory_bytes; // a whole chain in one call
  if (where.disk_bytes > 0) {
    options.directory = where.directory;
    options.cold_bytes_max = where.disk_bytes;
  }
  return options;
}

storage::result<void> hearth_peer::open(const stage& where) {
  auto opened = cache::open(options_for(where));
  if (!opened)
    return opened.error();
  cache_.emplace(std::move(*opened));
  return {};
}

storage::result<std::size_t> hearth_peer::put(unsigned, chain_blocks chain) {
  const auto overloaded = [](const result<put_outcome>& end) { return end.code() == errc::overloaded; };
  if (chain.size() == 1) {
    const auto end = cache_->put(chain[0].key, chain[0].payload, {.parent = chain[0].parent});
    return end.ok() || overloaded(end) ? storage::result<std::size_t>{end.ok() ? 1u : 0u} : end.error();
  }
  std::vector<block_key> keys;
  std::vector<buffer> payloads;
  for (const auto& item : chain) {
    keys.push_back(item.key);
    payloads.push_back(item.payload);
  }
  const auto ends = cache_->put_many(keys, std::move(payloads), {.parent = chain[0].parent});
  if (!ends)
    return ends.code() == errc::overloaded ? storage::result<std::size_t>{0u} : ends.error();
  std::size_t kept = 0;
  for (const auto& end : *ends)
    if (end.ok())
      ++kept;
    else if (!overloaded(end))
      return end.error();
  return kept;
}

storage::result<std::size_t> hearth_peer::get(unsigned, chain_keys chain, const block_seen& seen) {
  if (chain.size() == 1) {
    const auto found = cache_->get(chain.front());
    if (!found)
      return found.code() == errc::not_found ? storage::result<std::size_t>{0u} : found.error();
    seen(0, found->bytes());
    return std::size_t{1};
  }
  const auto found = cache_->get_prefix(chain);
  if (!found)
    return found.error();
  for (std::size_t i = 0; i < found->blocks.size(); ++i)
    seen(i, found->blocks[i].bytes());
  return found->blocks.size();
}

storage::result<std::size_t> hearth_peer::contains(unsigned, chain_keys chain) {
  const auto found = cache_->contains(chain);
  if (!found)
    return found.error();
  return static_cast<std::size_t>(std::find(found->begin(), found->end(), false) - found->begin());
}

storage::result<void> hearth_peer::settle() {
  const auto flushed = cache_->flush(std::chrono::minutes{5});
  return flushed ? storage::result<void>{} : flushed.error();
}

std::uint64_t hearth_peer::lost_blocks() {
  const auto now = cache_->stats();
  return now ? now->whole.counters.ledger.ssd_write_drops() : 0;
}

namespace {

/// A host that is an actor: each thread sends messages to hot_cache directly.
class by_message final : public hearth_peer {
public:
  ~by_message() override { close(); } // before its actor system is destroyed

  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes > 0 ? "it is there for hot chains" : "";
  }

  storage::result<void> open(const stage& where) override {
    auto opened = cache::open(system_, options_for(where));
    if (!opened)
      return opened.error();
    cache_.emplace(std::move(*opened));
    askers_.clear();
    while (askers_.size() < where.threads)
      askers_.push_back(std::make_unique<caf::scoped_actor>(system_));
    return {};
  }

  storage::result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) override {
    messages::get_prefix_request request{0, {chain.begin(), chain.end()}, 0, std::chrono::seconds{30}, {}};
    storage::result<std::size_t> outcome{0u};
    (*askers_[thread])
        ->request(cache_->actors().hot_cache.actor, caf::infinite, std::move(request))
        .receive(
            [&](const messages::get_prefix_reply& reply) {
              for (std::size_t i = 0; i < reply.blocks.size(); ++i)
                seen(i, reply.blocks[i].bytes());
              outcome = reply.blocks.size();
            },
            [&](const caf::error& error) {
              outcome = failure{errc::closed, caf::to_string(error)};
            });
    return outcome;
  }

  void close() override {
    askers_.clear();
    hearth_peer::close();
  }

private:
  own_system_config config_;
  caf::actor_system system_{config_};
  std::vector<std::unique_ptr<caf::scoped_actor>> askers_; ///< by thread
};

} // namespace

void add_hearth(peer_list& list) {
  list.entries.push_back({"hearth", [] { return std::make_unique<hearth_peer>(); }, {}});
  list.entries.push_back({"hearth by message", [] { return std::make_unique<by_message>(); }, {workload::chains}});
}

} // namespace hearth::bench
