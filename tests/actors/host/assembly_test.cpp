#include "actors/host/assembly.hpp"

#include "actors/host/cache.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/io_worlds.hpp"
#include "tests/support/keys.hpp"

using namespace hearth;
using hearth::testing::key;
using hearth::testing::payload;

namespace {

constexpr std::uint64_t kib = 1ull << 10;
constexpr std::uint64_t mib = 1ull << 20;
constexpr std::uint64_t gib = 1ull << 30;

/// Files and a disk in memory for the parts of a cache without its actors.
struct assembly_world {
  assembly_world() { REQUIRE(files->create_directory("/cache")); }

  storage::result<std::shared_ptr<actors::shared_state>> assemble(cache_options options) {
    return hearth::assemble(options, {files, io.engine(), [] { return std::int64_t{1}; }, {}});
  }
  std::shared_ptr<actors::shared_state> laid_out(cache_options options = {.directory = "/cache"}) {
    auto parts = assemble(std::move(options));
    INFO((parts.ok() ? std::string{} : to_string(parts.error())));
    REQUIRE(parts);
    return *parts;
  }
  /// Writes blocks of 252 KiB until the store reclaims; they take 256 KiB each.
  void fill(storage::block_store& store) {
    for (unsigned i = 0; store.ledger(std::nullopt).reclaimed.blocks == 0; ++i) {
      std::vector<storage::append_item> batch;
      batch.push_back({{key(i), 0, std::nullopt, payload(i, 252 * kib)}, [](const auto& done) { CHECK(done.ok()); }});
      store.append(std::move(batch));
      io.settle();
    }
  }

  std::shared_ptr<storage::memory_file_system> files = storage::make_memory_file_system();
  hearth::testing::virtual_io_world io;
};

} // namespace

TEST_CASE("The automatic limit is a tenth of the free space with 10 GiB kept free, or there is no cold tier") {
  assembly_world world;
  world.files->capacity(100 * gib);
  CHECK(world.laid_out()->store->bytes_max() == 10 * gib);
  world.files->capacity(10 * gib + 5 * mib + 100 * kib);
  CHECK(world.laid_out()->store->bytes_max() == 5 * mib);
  world.files->capacity(10 * gib + 1000 * kib);
  CHECK(world.assemble({.directory = "/cache"}).code() == storage::errc::no_space);
}

TEST_CASE("The automatic limit stays what it was when the cache has filled it: a restart reclaims nothing") {
  assembly_world world;
  const auto limit = 5 * mib;
  const cache_options options{.directory = "/cache"};
  world.files->capacity(10 * gib + limit + 100 * kib);
  auto parts = world.laid_out(options);
  REQUIRE(parts->store->bytes_max() == limit);
  world.fill(*parts->store);
  const auto blocks = parts->store->keys();
  parts.reset();
  world.io.settle();

  SECTION("with a little more than 10 GiB free") {}
  SECTION("with 10 GiB free to the byte") {
    world.files->capacity(10 * gib + world.files->bytes_in_use());
    REQUIRE(world.files->free_bytes("/cache").value() == 10 * gib);
  }
  parts = world.laid_out(options);
  CHECK(parts->store->keys() == blocks);
  CHECK(parts->store->bytes_in_use() <= parts->store->bytes_max());
  if (world.files->free_bytes("/cache").value() > 10 * gib)
    CHECK(parts->store->bytes_max() == limit);
}

TEST_CASE("Limits that are derived take the largest block, and stay within what a gate can count") {
  assembly_world world;
  cache_options options{.directory = "/cache", .cold_bytes_max = gib};
  options.hot_bytes_max = GENERATE(std::uint64_t{0}, gib, 4 * 1024 * gib, tier_bytes_limit);
  const auto parts = world.laid_out(options);
  const auto derived = std::max({options.hot_bytes_max / 4, 64 * mib, options.block_bytes_max});
  CHECK(parts->writer_mailbox.gate->limits().bytes_max == std::min(derived, queue_bytes_limit));
  CHECK(parts->hot_cache_mailbox.gate->limits().bytes_max == std::min(derived, queue_bytes_limit));
  CHECK(parts->reader_mailbox.gate->limits().bytes_max == options.block_bytes_max);
}

TEST_CASE("The reader takes every block that the writer takes, however small its queue is set") {
  assembly_world world;
  cache_options options{.directory = "/cache", .cold_bytes_max = gib};
  options.advanced.reader_queue_bytes = 1;
  const auto read_most = [&] { return world.laid_out(options)->reader_mailbox.gate->limits().bytes_max; };
  SECTION("a block as large as the setting allows") { CHECK(read_most() == options.block_bytes_max); }
  SECTION("a block as large as the writer's queue, where that is less") {
    options.writer_queue_bytes = 3 * mib;
    CHECK(read_most() == 3 * mib);
  }
  SECTION("but no more than is needed") {
    options.advanced.reader_queue_bytes = gib;
    CHECK(read_most() == gib);
  }
}

TEST_CASE("A host hears how far the opening of the cold tier is") {
  assembly_world world;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
  cache_options options{.directory = "/cache", .cold_bytes_max = 4 * mib};
  options.on_opening = [&](std::uint64_t done, std::uint64_t total) { told.emplace_back(done, total); };
  auto parts = world.laid_out(options);
  CHECK(told == decltype(told){{0, 0}});
  world.fill(*parts->store);
  parts.reset();
  world.io.settle();
  told.clear();
  parts = world.laid_out(options);
  REQUIRE(told.size() > 2);
  for (std::size_t i = 0; i < told.size(); ++i)
    CHECK(told[i] == std::pair<std::uint64_t, std::uint64_t>{i, told.size() - 1});
}

TEST_CASE("Settings out of range are refused before anything is started") {
  const cache_options options{.directory = "/none", .advanced = {.io_threads = GENERATE(0u, 70'000u)}};
  CHECK(machine_environment(options).code() == storage::errc::invalid_argument);
  const auto opened = cache::open(options);
  REQUIRE(opened.code() == storage::errc::invalid_argument);
  CHECK(opened.error().context.find("advanced.io_threads") != std::string::npos);
}
