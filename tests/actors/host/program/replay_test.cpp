#include "actors/host/program/replay.hpp"
#include "actors/host/program/replay_payload.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <map>

using namespace hearth;

namespace {

/// A cache that keeps everything, and misbehaves as configured.
struct pretend_cache {
  std::map<block_key, buffer> blocks;
  std::map<block_key, std::optional<block_key>> parents;
  std::size_t blocks_per_get = 100; ///< returned per call
  std::size_t room = 1000;          ///< blocks; further ones are refused before the producer runs
  std::size_t gets = 0;
  errc get_error = errc::none;
  errc put_error = errc::none;

  replay_target target() {
    return {[this](std::span<const block_key> keys) { return get_prefix(keys); },
            [this](const block_key& key, std::uint64_t bytes, const cache::producer& produce, const put_options& put) {
              return put_block(key, bytes, produce, put);
            }};
  }

  result<prefix> get_prefix(std::span<const block_key> keys) {
    ++gets;
    if (get_error != errc::none)
      return failure{get_error, "as told"};
    prefix found;
    for (const auto& key : keys) {
      const auto block = blocks.find(key);
      if (block == blocks.end())
        break;
      if ((found.truncated = found.blocks.size() == blocks_per_get))
        break;
      found.blocks.push_back(block->second);
    }
    return found;
  }

  result<put_outcome> put_block(const block_key& key, std::uint64_t bytes, const cache::producer& produce,
                                const put_options& put) {
    if (put_error != errc::none)
      return failure{put_error, "as told"};
    if (blocks.count(key))
      return put_outcome::refreshed;
    if (blocks.size() == room)
      return failure{errc::overloaded, "preflight_full"};
    auto made = produce();
    REQUIRE(made.ok());
    REQUIRE(made->size() == bytes);
    blocks.emplace(key, *made);
    parents.emplace(key, put.parent);
    return put_outcome::stored;
  }
};

constexpr std::uint64_t block_bytes = 100;

request_source source(std::vector<request> requests) {
  return [requests = std::move(requests), at = std::size_t{0}]() mutable -> std::optional<request> {
    return at < requests.size() ? std::optional{requests[at++]} : std::nullopt;
  };
}

replay_hooks ticking(std::uint64_t& clock) {
  replay_hooks hooks;
  hooks.now_ns = [&clock] { return clock += 10; };
  return hooks;
}

result<replay_counts> run(pretend_cache& target, std::vector<request> requests, bool verify = true) {
  std::uint64_t clock = 0;
  return replay(source(std::move(requests)), target.target(), {block_bytes, verify}, ticking(clock));
}

/// The payload of `key` with its byte `at` changed.
buffer damaged(const block_key& key, std::size_t at) {
  auto fresh = mutable_buffer::allocate(block_bytes);
  REQUIRE(fresh.ok());
  fill_payload(key, fresh->bytes());
  fresh->bytes()[at] ^= std::byte{1};
  return std::move(*fresh).publish();
}

} // namespace

TEST_CASE("A replay asks for each request's prefix and puts what is behind it, each block with its parent") {
  pretend_cache target;
  const auto counts = run(target, {{{1, 2, 3}}, {{1, 2, 4, 5}}, {{1, 2, 3}}});
  REQUIRE(counts.ok());
  CHECK(counts->requests == 3);
  CHECK(counts->blocks_asked == 10);
  CHECK(counts->usable_blocks == 0 + 2 + 3);
  CHECK(counts->puts == 5);
  CHECK(counts->stored == 5);
  CHECK(counts->wrong_blocks == 0);
  CHECK(counts->bytes_read == 5 * block_bytes);
  CHECK(counts->bytes_put == 5 * block_bytes);
  CHECK(counts->get_ns.count() == 3);
  CHECK(counts->put_ns.count() == 5);
  CHECK(target.parents.at(replay_key(1, block_bytes)) == std::nullopt);
  CHECK(target.parents.at(replay_key(4, block_bytes)) == replay_key(2, block_bytes));
}

TEST_CASE("A prefix that comes in pieces is read to its end") {
  pretend_cache target;
  target.blocks_per_get = 2;
  const auto counts = run(target, {{{1, 2, 3, 4, 5}}, {{1, 2, 3, 4, 5}}});
  REQUIRE(counts.ok());
  CHECK(counts->usable_blocks == 5);
  CHECK(counts->puts == 5);
  CHECK(target.gets == 1 + 3);
}

TEST_CASE("A cache that has room for no block at all in its answers does not hold the replay up") {
  pretend_cache target;
  target.blocks_per_get = 0;
  const auto counts = run(target, {{{1, 2}}, {{1, 2}}});
  REQUIRE(counts.ok());
  CHECK(counts->gets_refused == 1);
  CHECK(counts->usable_blocks == 0);
  CHECK(counts->refreshed == 2);
}

TEST_CASE("Refusals for want of room are counted and end nothing") {
  pretend_cache target;
  target.room = 2;
  auto counts = run(target, {{{1, 2, 3, 4}}, {{1, 2, 3}}});
  REQUIRE(counts.ok());
  CHECK(counts->stored == 2);
  CHECK(counts->puts_refused == 3);
  CHECK(counts->puts == 5);

  target.get_error = errc::overloaded;
  counts = run(target, {{{1, 2}}});
  REQUIRE(counts.ok());
  CHECK(counts->gets_refused == 1);
  CHECK(counts->refreshed == 2);
}

TEST_CASE("A block whose parent was refused is refused as an orphan: that ends nothing either") {
  pretend_cache target;
  target.put_error = errc::orphan;
  const auto counts = run(target, {{{1, 2}}});
  REQUIRE(counts.ok());
  CHECK(counts->puts_refused == 2);
}

TEST_CASE("A request longer than one call is asked for in pieces, as long as everything is there") {
  pretend_cache target;
  target.room = 20'000;
  request all;
  for (std::uint64_t id = 0; id < 10'000; ++id)
    all.block_ids.push_back(id);
  REQUIRE(run(target, {all}).ok());
  const auto counts = run(target, {all});
  REQUIRE(counts.ok());
  CHECK(counts->usable_blocks == 10'000);
}

TEST_CASE("Any other failure ends the replay and says where") {
  pretend_cache target;
  target.put_error = errc::io;
  auto counts = run(target, {{{1}}});
  CHECK(counts.code() == errc::io);
  CHECK(counts.error().context == "request 1: put: as told");
  target.put_error = errc::none;
  target.get_error = errc::closed;
  counts = run(target, {{{}}, {{1}}});
  CHECK(counts.code() == errc::closed);
  CHECK(counts.error().context == "request 2: get_prefix: as told");
}

TEST_CASE("With verify every wrong byte is found, and what stands behind it is not usable") {
  for (std::size_t at : {std::size_t{0}, std::size_t{50}, std::size_t{block_bytes - 1}}) {
    CAPTURE(at);
    pretend_cache target;
    REQUIRE(run(target, {{{1, 2, 3}}}).ok());
    const auto key = replay_key(2, block_bytes);
    target.blocks[key] = damaged(key, at);
    const auto counts = run(target, {{{1, 2, 3}}});
    REQUIRE(counts.ok());
    CHECK(counts->wrong_blocks == 1);
    CHECK(counts->usable_blocks == 1);
    CHECK(counts->puts == 0);
  }
}

TEST_CASE("Without verify a block of another key or another length is still found wrong") {
  pretend_cache target;
  REQUIRE(run(target, {{{1, 2}}}).ok());
  std::swap(target.blocks[replay_key(1, block_bytes)], target.blocks[replay_key(2, block_bytes)]);
  CHECK(run(target, {{{1, 2}}}, false)->wrong_blocks == 2);
  std::uint64_t clock = 0;
  pretend_cache short_one;
  short_one.blocks[replay_key(1, block_bytes)] = *buffer::copy_of(std::vector<std::byte>(block_bytes - 1));
  CHECK(replay(source({{{1}}}), short_one.target(), {block_bytes, false}, ticking(clock))->wrong_blocks == 1);
}

TEST_CASE("A replay that is told to stop ends before the next request") {
  pretend_cache target;
  std::uint64_t clock = 0;
  auto hooks = ticking(clock);
  std::uint64_t seen = 0;
  hooks.request_done = [&](const replay_counts& counts) { seen = counts.requests; };
  hooks.stop = [&] { return seen == 2; };
  const auto counts = replay(source({{{1}}, {{2}}, {{3}}}), target.target(), {block_bytes, false}, hooks);
  REQUIRE(counts.ok());
  CHECK(counts->stopped);
  CHECK(counts->requests == 2);
}
