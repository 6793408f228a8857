#include "actors/host/cache.hpp"

#include "actors/host/cache_impl.hpp"
#include "actors/host/chain_put.hpp"
#include "actors/preflight.hpp"

#include <string>
#include <utility>

namespace hearth {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

/// Extra wait of a blocking call beyond the deadline that an actor keeps, in case the actor is busy.
constexpr milliseconds grace{500};

failure closed() { return {errc::closed, "the cache is closing or closed"}; }

result<buffer> only_block(result<prefix> found) {
  if (!found)
    return found.error();
  if (found->blocks.empty())
    return {errc::not_found, "the block is in no tier"};
  return std::move(found->blocks.front());
}

prefix to_prefix(messages::get_prefix_reply reply) { return {std::move(reply.blocks), reply.truncated}; }

/// Asks hot_cache by message, because the hot index did not have all blocks.
void ask_prefix(cache::impl& of, std::vector<block_key> keys, const get_options& options,
                cache::callback<prefix> done) {
  messages::get_prefix_request request{
      options.name_space, std::move(keys), options.bytes_max, of.timeout(options.timeout), {}};
  of.ask<messages::get_prefix_reply>(std::move(request), std::move(done),
                                     [&of, start = of.now_ns()](messages::get_prefix_reply reply) {
                                       if (reply.cold)
                                         of.measured(stats::operation::get_cold, start);
                                       return to_prefix(std::move(reply));
                                     });
}

} // namespace

cache::cache(std::unique_ptr<impl> state) : impl_(std::move(state)) {}
cache::cache(cache&&) noexcept = default;

cache& cache::operator=(cache&& other) noexcept {
  cache taken{std::move(other)};
  std::swap(impl_, taken.impl_); // the cache that was here before closes when `taken` is destroyed
  return *this;
}

cache::~cache() {
  if (impl_)
    impl_->finish_close(*this);
}

const actor_handles& cache::actors() const noexcept { return impl_->handles(); }

actors::journal& journal_of(cache& of) { return *of.impl_->parts().journal; }

result<namespace_id> cache::name_space(std::string_view name) {
  if (impl_->closing())
    return closed();
  const auto& parts = impl_->parts();
  const bool known = parts.namespaces->find(name).has_value();
  auto number = parts.namespaces->claim(name);
  if (number && !known)
    parts.journal->info("namespace.named", "name=\"{}\" number={}", name, *number);
  return number;
}

// --- asynchronous calls --------------------------------------------------------------------------------------------

void cache::put_async(const block_key& key, buffer payload, const put_options& options, callback<put_outcome> done) {
  messages::put_request request{{key, options.name_space, options.parent, std::move(payload)}, {}};
  impl_->ask<messages::put_reply>(std::move(request), std::move(done),
                                  [of = impl_.get(), start = impl_->now_ns()](messages::put_reply reply) {
                                    of->measured(stats::operation::put, start);
                                    return reply.outcome;
                                  });
}

void cache::put_many_async(std::span<const block_key> keys, std::vector<buffer> payloads, const put_options& options,
                           callback<chain_put::outcomes> done) {
  if (keys.size() != payloads.size())
    return impl_->deliver<chain_put::outcomes>(
        done,
        failure{errc::invalid_argument, std::to_string(keys.size()) + " keys and " + std::to_string(payloads.size()) +
                                            " payloads: expected equal numbers"});
  if (keys.empty())
    return impl_->deliver<chain_put::outcomes>(done, chain_put::outcomes{});
  std::vector<storage::block> chain;
  chain.reserve(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i)
    chain.push_back(
        {keys[i], options.name_space, i > 0 ? std::optional{keys[i - 1]} : options.parent, std::move(payloads[i])});
  std::make_shared<chain_put>(*impl_, std::move(chain), std::move(done))->go_on();
}

void cache::get_prefix_async(std::vector<block_key> keys, const get_options& options, callback<prefix> done) {
  if (auto hot = impl_->hot().find_prefix(options.name_space, keys, options.bytes_max))
    impl_->deliver<prefix>(done, to_prefix(std::move(*hot)));
  else
    ask_prefix(*impl_, std::move(keys), options, std::move(done));
}

void cache::get_async(const block_key& key, const get_options& options, callback<buffer> done) {
  if (auto hot = impl_->hot().find(options.name_space, key); !hot.empty()) {
    impl_->deliver<buffer>(done, std::move(hot));
    return;
  }
  ask_prefix(*impl_, {key}, options, [done = std::move(done)](result<prefix> found) {
    if (done)
      done(only_block(std::move(found)));
  });
}

void cache::contains_async(std::vector<block_key> keys, const get_options& options, callback<std::vector<bool>> done) {
  impl_->ask<messages::contains_reply>(messages::contains_request{options.name_space, std::move(keys), {}},
                                       std::move(done), [](messages::contains_reply reply) { return reply.present; });
}

void cache::erase_async(const block_key& key, const get_options& options, callback<bool> done) {
  impl_->ask<messages::erase_reply>(messages::erase_request{options.name_space, key, {}}, std::move(done),
                                    [](messages::erase_reply reply) { return reply.erased; });
}

void cache::clear_async(std::optional<namespace_id> name_space, callback<std::uint64_t> done) {
  impl_->ask<messages::clear_reply>(messages::clear_request{name_space, {}, {}}, std::move(done),
                                    [](messages::clear_reply reply) { return reply.removed; });
}

void cache::clear_tier_async(tier which, std::optional<namespace_id> name_space, callback<clear_report> done) {
  impl_->ask<messages::clear_reply>(messages::clear_request{name_space, which, {}}, std::move(done),
                                    [](messages::clear_reply reply) {
                                      return clear_report{reply.removed, reply.still_hot};
                                    });
}

void cache::limit_async(const tier_limits& limits, callback<void> done) {
  impl_->ask<messages::limit_reply>(messages::limit_request{limits, {}}, std::move(done),
                                    [](messages::limit_reply) { return result<void>{}; });
}

void cache::flush_async(milliseconds deadline, callback<flush_report> done) {
  impl_->ask<messages::flush_reply>(messages::flush_request{messages::bounded_time(deadline), {}}, std::move(done),
                                    [](messages::flush_reply reply) {
                                      return flush_report{reply.written, reply.left, reply.synced};
                                    });
}

void cache::stats_async(std::string_view name_space, callback<stats::snapshot> done) {
  impl_->ask_stats<messages::snapshot_reply>(messages::snapshot_request{std::string{name_space}, {}}, std::move(done),
                                             [](messages::snapshot_reply reply) { return std::move(reply.item); });
}

void cache::history_async(bool minutes, std::int64_t since_ms, callback<stats::history> done) {
  impl_->ask_stats<messages::history_reply>(messages::history_request{minutes, since_ms, {}}, std::move(done),
                                            [](messages::history_reply reply) { return std::move(reply.item); });
}

std::vector<log_event> cache::events(std::uint64_t since) const {
  return impl_->parts().journal->events().since(since);
}

void cache::reset_stats_async(callback<void> done) {
  impl_->ask_stats<messages::reset_reply>(messages::reset_request{}, std::move(done),
                                          [](messages::reset_reply) { return result<void>{}; });
}

void cache::close_async(milliseconds deadline, callback<close_report> done) {
  if (!impl_->begin_close()) {
    impl_->deliver<close_report>(done, closed());
    return;
  }
  auto last = [done = std::move(done), ended = impl_->close_ended()](result<close_report> end) {
    ended->set();
    if (done)
      done(std::move(end));
  };
  impl_->ask<messages::close_reply>(messages::close_request{messages::bounded_time(deadline)},
                                    callback<close_report>{std::move(last)}, [](messages::close_reply reply) {
                                      return close_report{reply.written, reply.left, reply.synced};
                                    });
}

// --- blocking calls ------------------------------------------------------------------------------------------------

result<put_outcome> cache::put(const block_key& key, buffer payload, const put_options& options) {
  return impl_->wait<put_outcome>(impl_->timeout(options.timeout),
                                  [&](auto done) { put_async(key, std::move(payload), options, std::move(done)); });
}

result<chain_put::outcomes> cache::put_many(std::span<const block_key> keys, std::vector<buffer> payloads,
                                            const put_options& options) {
  return impl_->wait<chain_put::outcomes>(impl_->timeout(options.timeout), [&](auto done) {
    put_many_async(keys, std::move(payloads), options, std::move(done));
  });
}

result<put_outcome> cache::put(const block_key& key, std::uint64_t bytes, const producer& produce,
                               const put_options& options) {
  if (impl_->closing())
    return closed();
  if (bytes == 0 || bytes > block_bytes_limit)
    return {bytes == 0 ? errc::invalid_argument : errc::too_large,
            "a block of " + std::to_string(bytes) + " bytes: expected 1 to " + std::to_string(block_bytes_limit)};
  if (const auto known = impl_->parts().namespaces->check(options.name_space); !known)
    return known.error();
  if (const auto room = impl_->parts().preflight->check(options.name_space, bytes); !room)
    return room.error();
  auto payload = produce();
  if (!payload)
    return payload.error();
  if (payload->size() != bytes)
    return {errc::invalid_argument,
            "the producer made " + std::to_string(payload->size()) + " bytes, declared were " + std::to_string(bytes)};
  return put(key, std::move(*payload), options);
}

result<prefix> cache::get_prefix(std::span<const block_key> keys, const get_options& options) {
  if (auto hot = impl_->hot().find_prefix(options.name_space, keys, options.bytes_max))
    return to_prefix(std::move(*hot));
  return impl_->wait<prefix>(impl_->timeout(options.timeout), [&](auto done) {
    ask_prefix(*impl_, {keys.begin(), keys.end()}, options, std::move(done));
  });
}

result<buffer> cache::get(const block_key& key, const get_options& options) {
  if (auto hot = impl_->hot().find(options.name_space, key); !hot.empty())
    return hot;
  return only_block(impl_->wait<prefix>(impl_->timeout(options.timeout),
                                        [&](auto done) { ask_prefix(*impl_, {key}, options, std::move(done)); }));
}

result<std::vector<bool>> cache::contains(std::span<const block_key> keys, const get_options& options) {
  return impl_->wait<std::vector<bool>>(impl_->timeout(options.timeout), [&](auto done) {
    contains_async({keys.begin(), keys.end()}, options, std::move(done));
  });
}

result<bool> cache::contains(const block_key& key, const get_options& options) {
  const auto present = contains(std::span{&key, 1}, options);
  if (!present)
    return present.error();
  return present->front();
}

result<bool> cache::erase(const block_key& key, const get_options& options) {
  return impl_->wait<bool>(impl_->timeout(options.timeout),
                           [&](auto done) { erase_async(key, options, std::move(done)); });
}

result<std::uint64_t> cache::clear(std::optional<namespace_id> name_space) {
  return impl_->wait<std::uint64_t>(impl_->options().request_timeout,
                                    [&](auto done) { clear_async(name_space, std::move(done)); });
}

result<clear_report> cache::clear_tier(tier which, std::optional<namespace_id> name_space) {
  return impl_->wait<clear_report>(impl_->options().request_timeout,
                                   [&](auto done) { clear_tier_async(which, name_space, std::move(done)); });
}

result<void> cache::limit(const tier_limits& limits) {
  return impl_->wait<void>(impl_->options().request_timeout, [&](auto done) { limit_async(limits, std::move(done)); });
}

result<flush_report> cache::flush(std::optional<milliseconds> deadline) {
  const auto patience = messages::bounded_time(deadline.value_or(impl_->options().request_timeout));
  return impl_->wait<flush_report>(patience + grace, [&](auto done) { flush_async(patience, std::move(done)); });
}

result<stats::snapshot> cache::stats(std::string_view name_space) {
  return impl_->wait<stats::snapshot>(impl_->options().request_timeout,
                                      [&](auto done) { stats_async(name_space, std::move(done)); });
}

result<stats::history> cache::history(bool minutes, std::int64_t since_ms) {
  return impl_->wait<stats::history>(impl_->options().request_timeout,
                                     [&](auto done) { history_async(minutes, since_ms, std::move(done)); });
}

result<void> cache::reset_stats() {
  return impl_->wait<void>(impl_->options().request_timeout, [&](auto done) { reset_stats_async(std::move(done)); });
}

result<close_report> cache::close(std::optional<milliseconds> deadline) {
  const auto patience = messages::bounded_time(deadline.value_or(impl_->options().close_timeout));
  return impl_->wait<close_report>(patience + grace, [&](auto done) { close_async(patience, std::move(done)); });
}

} // namespace hearth
