#pragma once

#include "storage/segments/segment_record.hpp"
#include "storage/segments/segments_store.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"
#include "tests/support/late_disk.hpp"

#include <caf/send.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace Catch {
template <>
struct StringMaker<hearth::stats::amount> {
  static std::string convert(const hearth::stats::amount& value) {
    return std::to_string(value.blocks) + " blocks, " + std::to_string(value.bytes) + " bytes";
  }
};
} // namespace Catch

namespace hearth::testing {

inline constexpr std::uint64_t block_bytes = 4096;

/// Options of a cache with room for four hot blocks and four in the writer's mailbox, without background work.
inline cache_options small_cache() {
  cache_options options;
  options.directory = "/cache";
  options.hot_bytes_max = 4 * block_bytes;
  options.cold_bytes_max = 4ull << 20;
  options.writer_queue_blocks = 4;
  options.writer_queue_bytes = 64 * block_bytes;
  options.idle_clean = std::chrono::milliseconds{0};
  return options;
}

/// As `small_cache`, with room for twelve hot blocks.
inline cache_options room_for_twelve() {
  auto options = small_cache();
  options.hot_bytes_max = 12 * block_bytes;
  return options;
}

/// Sets the cold limit to this many blocks, with one block per segment: reclaiming a segment evicts one block.
inline cache_options with_cold_room(cache_options options, std::uint64_t blocks) {
  options.advanced.segment_bytes = storage::segment_record_bytes(block_bytes);
  storage::segments_store_config store;
  store.segment_bytes = options.advanced.segment_bytes;
  options.cold_bytes_max =
      empty_store_bytes(1 << 20, options.advanced.segment_bytes) + blocks * storage::segment_charge(store, block_bytes);
  return options;
}

inline block_key key_of(unsigned number) { return key(number); }
inline buffer bytes_of(unsigned number) { return payload(number, block_bytes); }

/// As `small_cache`, but a cold block stays in its place: it is neither promoted nor reappended. Reads have an hour of
/// time.
inline cache_options cold_stays_put() {
  auto options = small_cache();
  options.promote_cold_hits = false;
  options.advanced.reappend_percent = 0;
  options.request_timeout = std::chrono::hours{1};
  return options;
}

/// World parts with a late disk. `disk` is set when a cache is opened.
inline world_parts on_late_disk(std::shared_ptr<late_disk>& disk) {
  world_parts parts;
  parts.make_disk = [&disk](storage::clock_ns clock) { return disk = std::make_shared<late_disk>(std::move(clock)); };
  return parts;
}

/// Overwrites three bytes at `offset` of every segment of the cold tier.
inline void damage_segments(actor_world& world, std::uint64_t offset) {
  const auto files = world.files().list("/cache/segments");
  REQUIRE(files.ok());
  std::size_t damaged = 0;
  for (const auto& entry : *files) {
    if (!entry.name.ends_with(".segment"))
      continue;
    const auto opened = world.files().open("/cache/segments/" + entry.name, storage::open_mode::read_write);
    REQUIRE(opened.ok());
    const std::byte wrong[] = {std::byte{0xff}, std::byte{0x00}, std::byte{0xff}};
    const std::span<const std::byte> part{wrong};
    REQUIRE((*opened)->write(offset, {&part, 1}).ok());
    ++damaged;
  }
  REQUIRE(damaged > 0);
}

/// World with one open cache, and short forms of the calls that tests make.
struct cache_world {
  explicit cache_world(const cache_options& options = small_cache(), world_parts parts = {})
      : world(std::move(parts)), kept(world.open(options).value()) {}

  result<put_outcome> put(unsigned number, std::optional<unsigned> parent = {}) {
    put_options options;
    if (parent)
      options.parent = key(*parent);
    return kept.put(key(number), bytes_of(number), options);
  }
  void put_all(unsigned first, unsigned last) {
    for (auto number = first; number <= last; ++number)
      REQUIRE(put(number).ok());
  }
  /// As `put_all`, and runs the world after each put, so that each block is written, if necessary, before the next.
  void put_and_run(unsigned first, unsigned last) {
    for (auto number = first; number <= last; ++number) {
      put_all(number, number);
      world.run();
    }
  }
  /// Whether the block is present with exactly its bytes.
  bool has(unsigned number) {
    const auto found = kept.get(key(number));
    return found.ok() && same(*found, bytes_of(number));
  }
  stats::snapshot_part now() {
    const auto snapshot = kept.stats();
    REQUIRE(snapshot.ok());
    CHECK(snapshot->whole.counters.ledger.balanced());
    return snapshot->whole;
  }
  stats::counters counters() { return now().counters; }
  std::uint64_t dropped(stats::drop_reason reason) { return counters().ledger.dropped(reason).blocks; }
  [[nodiscard]] messages::load queue() const { return kept.actors().writer_gate->taken(); }

  actor_world world;
  cache kept;
};

} // namespace hearth::testing
