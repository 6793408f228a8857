#include "actors/host/assembly.hpp"

#include "actors/preflight.hpp"
#include "storage/io/io_uring.hpp"
#include "storage/io/measured_io.hpp"
#include "storage/segments/segments_store.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace hearth {

using actors::mailbox;
using actors::shared_state;
using storage::errc;
using storage::result;

namespace {

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr std::uint64_t floor_bytes = 10ull << 30; ///< free space that an automatic limit keeps
constexpr std::uint64_t kept_slots = 16;           ///< of the mailboxes of hot_cache and stats, for urgent messages

std::uint64_t or_else(std::uint64_t value, std::uint64_t otherwise) { return value != 0 ? value : otherwise; }

mailbox make_mailbox(const messages::gate_limits& limits, std::shared_ptr<stats::tally> tally = nullptr) {
  return {std::make_shared<messages::gate>(limits), std::move(tally)};
}

/// Byte limits of the mailboxes that blocks pass through.
struct queue_room {
  std::uint64_t writer_bytes = 0;
  std::uint64_t hot_cache_bytes = 0;
  std::uint64_t reader_bytes = 0;
};

/// Derived limits admit the largest block. The reader must admit every block that the writer admits: otherwise every
/// read of a larger block would be `overloaded`.
queue_room queue_room_for(const cache_options& options) {
  const auto derived = std::max({options.hot_bytes_max / 4, 64 * mebibyte, options.block_bytes_max});
  queue_room room;
  room.writer_bytes = or_else(options.writer_queue_bytes, std::min(derived, queue_bytes_limit));
  room.hot_cache_bytes =
      or_else(options.advanced.hot_cache_mailbox_bytes, std::max(room.writer_bytes, options.block_bytes_max));
  room.reader_bytes =
      std::max(options.advanced.reader_queue_bytes, std::min(options.block_bytes_max, room.writer_bytes));
  return room;
}

/// Automatic limit of the cold tier: a tenth of the free space, with 10 GiB kept free. Bytes that the store in the
/// directory holds already count as free, so the limit does not shrink from one start to the next. The limit is rounded
/// down to whole MiB, so that small files beside the store do not change it, unless rounding would remove blocks.
result<std::uint64_t> automatic_limit(const cache_options& options, storage::file_system& files) {
  const auto& directory = options.directory;
  const auto free = files.free_bytes(directory);
  if (!free)
    return free.error();
  const auto held = storage::segments_store_bytes(files, directory);
  if (!held)
    return held.error();
  const auto room = *free + std::min(*held, std::numeric_limits<std::uint64_t>::max() - *free);
  const auto exact = room <= floor_bytes ? 0 : std::min(room / 10, room - floor_bytes);
  const auto limit = std::max(exact / mebibyte * mebibyte, std::min(exact, *held));
  if (limit <= empty_store_bytes(limit, options.advanced.segment_bytes))
    return {
        errc::no_space,
        "directory " + directory + ": " + std::to_string(*free) +
            " bytes are free, and the automatic cold_bytes_max keeps 10 GiB free: set cold_bytes_max, or free space"};
  return limit;
}

/// Free-space floor of the disk while the cache runs.
std::uint64_t free_floor(const cache_options& options) {
  return options.free_bytes_min == 0 && options.cold_bytes_max == 0 ? floor_bytes : options.free_bytes_min;
}

/// Whether the cache gets a cold tier.
result<bool> directory_is_there(const cache_options& options, storage::file_system& files, actors::journal& journal) {
  if (options.directory.empty())
    return false;
  const auto listed = files.list(options.directory);
  if (listed)
    return true;
  if (listed.code() != errc::not_found)
    return listed.error();
  if (!options.ram_only_if_missing)
    return {errc::not_found, "directory " + options.directory +
                                 " does not exist: create it, or set ram_only_if_missing to run without a cold tier"};
  journal.warn("cache.ram_only", "directory={} reason=missing", options.directory);
  return false;
}

result<storage::opened_store> open_segments(const cache_options& options, std::uint64_t bytes_max,
                                            const environment& world,
                                            std::shared_ptr<storage::namespace_table> namespaces) {
  storage::segments_store_config config;
  config.directory = options.directory;
  config.bytes_max = bytes_max;
  config.files = world.files;
  config.io = world.io;
  config.namespaces = std::move(namespaces);
  config.clock = world.wall_clock;
  config.segment_bytes = options.advanced.segment_bytes;
  config.sync_bytes = options.sync_bytes;
  config.reappend_percent = options.advanced.reappend_percent;
  config.order = options.reclaim;
  config.free_bytes_min = free_floor(options);
  config.on_opening = options.on_opening;
  return storage::open_segments_store(std::move(config));
}

/// Bytes on disk in namespaces that the host has not named yet.
std::uint64_t unclaimed_bytes(const storage::block_store& store, const storage::namespace_table& namespaces) {
  std::uint64_t bytes = 0;
  for (const auto id : namespaces.unclaimed())
    bytes += store.ledger(id).bytes_on_disk;
  return bytes;
}

/// Opens the cold tier such that it can be reopened in the same way after its directory vanished and came back. Only
/// the first opening reports its progress.
result<std::shared_ptr<storage::detachable_store>> open_detachable(const cache_options& options, std::uint64_t limit,
                                                                   const environment& world,
                                                                   std::shared_ptr<storage::namespace_table> names) {
  storage::detachable_store_config config;
  config.directory = options.directory;
  config.files = world.files;
  config.io = world.io;
  config.namespaces = names;
  config.open = [options = cache_options{options}, world, names = std::move(names),
                 first = true](std::uint64_t bytes_max) mutable {
    if (!std::exchange(first, false))
      options.on_opening = nullptr;
    return open_segments(options, bytes_max, world, names);
  };
  return storage::detachable_store::open(std::move(config), limit);
}

result<void> open_store(const cache_options& options, const environment& world, shared_state& parts) {
  auto limit = options.cold_bytes_max;
  if (limit == 0) {
    const auto automatic = automatic_limit(options, *world.files);
    if (!automatic)
      return automatic.error();
    limit = *automatic;
  }
  auto opened = open_detachable(options, limit, world, parts.namespaces);
  if (!opened)
    return opened.error();
  const auto& store = **opened;
  const auto report = store.report();
  parts.journal->info("cold.opened", "{} bytes={} unclaimed_bytes={}", to_string(report), store.bytes_in_use(),
                      unclaimed_bytes(store, *parts.namespaces));
  if (report.damaged > 0)
    parts.journal->warn("cold.damaged", "directory={} blocks={}", options.directory, report.damaged);
  parts.tallies.opening->update(0, [&](auto& entry) { entry.counters.errors += report.damaged; });
  parts.store = std::move(*opened);
  return {};
}

} // namespace

namespace {

/// The I/O engine, and why it uses threads although io_uring was wanted.
std::pair<std::shared_ptr<storage::io_engine>, std::string> make_io(const cache_options& options) {
  std::string why;
  if (options.advanced.io == disk_io::automatic) {
    storage::io_uring_config config;
    config.threads = options.advanced.io_threads;
    config.write_bytes_per_second = options.advanced.drain_bytes_per_second;
    auto made = storage::make_io_uring(config);
    if (made)
      return {*made, {}};
    why = to_string(made.error());
  }
  return {storage::make_io_threads({options.advanced.io_threads, options.advanced.drain_bytes_per_second}), why};
}

} // namespace

result<environment> machine_environment(const cache_options& options) {
  if (const auto valid = options.validate(); !valid)
    return valid.error();
  auto [io, without_io_uring] =
      options.directory.empty() ? std::pair<std::shared_ptr<storage::io_engine>, std::string>{} : make_io(options);
  return environment{storage::make_posix_file_system(),
                     std::move(io),
                     [] {
                       return std::chrono::duration_cast<std::chrono::nanoseconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                           .count();
                     },
                     {},
                     storage::buffers_are_pooled() ? &storage::process_buffer_pool() : nullptr,
                     {},
                     std::move(without_io_uring)};
}

namespace {

std::int64_t machine_steady_ns() {
  return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
}

/// The environment with an I/O engine that adds every read and write of the device to `latencies`.
environment with_measured_io(environment world, std::shared_ptr<stats::latencies> latencies,
                             const storage::clock_ns& clock) {
  if (world.io)
    world.io = storage::make_measured_io(
        std::move(world.io), clock, [latencies = std::move(latencies)](const storage::measured_transfer& one) {
          latencies->add(one.kind == storage::io_kind::read ? stats::operation::device_read
                                                            : stats::operation::device_write,
                         one.ns);
        });
  return world;
}

} // namespace

result<std::shared_ptr<shared_state>> assemble(const cache_options& options, const environment& around) {
  if (const auto valid = options.validate(); !valid)
    return valid.error();
  const auto latencies = std::make_shared<stats::latencies>();
  const auto steady_clock = around.steady_clock ? around.steady_clock : storage::clock_ns{machine_steady_ns};
  const auto world = with_measured_io(around, latencies, steady_clock);
  auto journal =
      std::make_shared<actors::journal>(options.on_log, [clock = world.wall_clock] { return clock() / 1'000'000; });
  if (!world.without_io_uring.empty())
    journal->info("cold.io_threads", "threads={} io_uring=\"{}\"", options.advanced.io_threads, world.without_io_uring);
  const auto cold = directory_is_there(options, *world.files, *journal);
  if (!cold)
    return cold.error();
  if (!*cold && options.hot_bytes_max == 0)
    return {errc::invalid_argument, "hot_bytes_max: found 0 without a directory: a cache needs at least one tier"};

  auto parts = std::make_shared<shared_state>();
  parts->journal = std::move(journal);
  parts->latencies = latencies;
  parts->steady_clock = steady_clock;
  parts->namespaces = std::make_shared<storage::namespace_table>(options.namespaces_max);
  if (const auto first = parts->namespaces->claim("default"); !first)
    return first.error();
  for (auto* tally :
       {&parts->tallies.hot_cache, &parts->tallies.mailbox, &parts->tallies.preflight, &parts->tallies.opening})
    *tally = std::make_shared<stats::tally>(options.namespaces_max);
  parts->hot_index = std::make_shared<storage::hot_index>();
  parts->read_notes = std::make_shared<storage::read_notes>(options.namespaces_max);
  parts->baseline = std::make_shared<stats::baseline>();
  parts->timeline = std::make_shared<stats::timeline>();
  parts->registry = std::make_shared<actors::actor_registry>();
  if (*cold)
    if (const auto opened = open_store(options, world, *parts); !opened)
      return opened.error();

  const auto room = queue_room_for(options);
  auto& config = parts->hot_cache;
  config.tiers = {options.policy,
                  options.block_bytes_max,
                  options.cut_chains,
                  options.writer_queue_time,
                  {options.write_bytes_per_second, options.write_bytes_per_day, options.advanced.write_burst_bytes},
                  options.eviction};
  config.promote_cold_hits = options.promote_cold_hits;
  config.idle_clean = options.idle_clean;
  config.request_timeout = options.request_timeout;
  parts->writer = {options.advanced.writes_in_flight, options.sync_every, *cold && free_floor(options) > 0};
  parts->limits = std::make_shared<actors::limits_now>();
  parts->limits->hot_bytes_max = options.hot_bytes_max;
  parts->limits->cold_bytes_max = *cold ? options.cold_bytes_max : 0;
  parts->limits->lease_bytes_set = options.lease_bytes_max;
  parts->limits->queue_bytes = *cold ? room.writer_bytes : 0;
  parts->limits->queue_blocks = *cold ? options.writer_queue_blocks : 0;
  parts->buffers = world.buffers;
  if (world.buffers)
    parts->limits->memory = storage::pool_budget{*world.buffers, parts->limits->memory_bytes_max()};
  const auto keep = [](std::uint64_t slots) { return std::min(kept_slots, slots / 4); };
  parts->hot_cache_mailbox =
      make_mailbox({options.advanced.hot_cache_mailbox, room.hot_cache_bytes, keep(options.advanced.hot_cache_mailbox)},
                   parts->tallies.mailbox);
  parts->stats_mailbox = make_mailbox({options.advanced.stats_mailbox, 0, keep(options.advanced.stats_mailbox)});
  if (*cold) {
    parts->writer_mailbox = make_mailbox({options.writer_queue_blocks, room.writer_bytes, 0});
    parts->reader_mailbox = make_mailbox({options.advanced.reader_queue_blocks, room.reader_bytes, 0});
  }
  parts->preflight = std::make_shared<actors::preflight>(
      config.tiers, parts->limits, parts->writer_mailbox.gate, parts->tallies.preflight,
      actors::tally_notifier{parts->registry, parts->stats_mailbox.gate});
  return parts;
}

} // namespace hearth
