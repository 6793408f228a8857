#include "storage/segments/segment_checkpoints.hpp"
#include "storage/segments/append_queue.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t payload_bytes = 4096;

/// Two segments with checkpoints. The test reports what was written.
struct checkpoint_world {
  checkpoint_world() {
    config.sync_bytes = 0;
    config.namespaces = std::make_shared<namespace_table>();
    REQUIRE(config.namespaces->claim("model").ok());
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
      auto& one = segments.add(slot);
      auto opened = disk->open("/" + std::to_string(slot), open_mode::create);
      REQUIRE(opened);
      one.target = std::move(*opened);
      one.state = segment_state::open;
      one.bytes = 65'536;
      one.records_max = 8;
      one.generation = 5;
    }
  }
  /// Reports that a record of two pages was written behind the last one.
  void write(std::uint32_t slot, unsigned number) {
    auto& in = segments.at(slot);
    indexed_block block;
    block.key = key(number);
    block.sequence = number;
    block.payload_bytes = payload_bytes;
    block.slot = slot;
    block.page = static_cast<std::uint32_t>(in.cursor / 4096);
    in.cursor += 8192;
    in.data_dirty = true;
    present.persisted(block, false);
    checkpoints.persisted(0, payload_bytes);
    checkpoints.written(8192);
    written += 8192;
  }
  std::shared_ptr<checkpoint_job> start(std::uint64_t oldest_unwritten = append_queue::all_written,
                                        std::optional<std::uint32_t> busy = {}) {
    return checkpoints.start({oldest_unwritten, busy, written, 1 << 20});
  }
  void sync(std::uint64_t order_end = 1) {
    checkpoints.ask([](const result<void>&) {}, order_end);
  }
  std::uint64_t synced() { return present.ledger({}).synced.blocks; }

  segments_store_config config;
  std::shared_ptr<memory_file_system> disk = make_memory_file_system();
  segment_table segments{1 << 20};
  present_blocks present{segments};
  segment_checkpoints checkpoints{config, 77, segments, present};
  std::uint64_t written = 0;
};

} // namespace

TEST_CASE("A sync waits until everything has been written that was placed before it was asked for") {
  checkpoint_world world;
  world.write(0, 1);
  world.sync(5);
  CHECK_FALSE(world.start(4));
  const auto job = world.start(5);
  REQUIRE(job);
  CHECK(job->waiting.size() == 1);
  CHECK(world.checkpoints.in_flight());
  CHECK_FALSE(world.start(5)); // one at a time
}

TEST_CASE("A sync that comes while a checkpoint is in flight waits for the next one") {
  checkpoint_world world;
  world.sync();
  const auto first = world.start();
  world.sync();
  world.checkpoints.ended(*first);
  const auto second = world.start();
  REQUIRE(second);
  CHECK(second->waiting.size() == 1);
}

TEST_CASE("A sync waits for a segment at work whose index lists erased blocks, and other checkpoints leave it out") {
  checkpoint_world world;
  world.write(0, 1);
  world.segments.at(1).index_dirty = true;
  world.sync();
  CHECK_FALSE(world.start(append_queue::all_written, 1));
  world.checkpoints.ask_soon();
  const auto job = world.start(append_queue::all_written, 1);
  REQUIRE(job);
  CHECK(job->waiting.empty());
  CHECK(job->parts.size() == 1);
  CHECK_FALSE(job->complete);
  CHECK(world.segments.at(1).index_dirty);
}

TEST_CASE("Blocks count as synced after a checkpoint that began after they were written has ended well") {
  checkpoint_world world;
  world.write(0, 1);
  world.sync();
  const auto job = world.start();
  REQUIRE(job->parts.size() == 1);
  CHECK(job->parts[0].sync_data);
  CHECK(world.segments.at(0).in_checkpoint);
  CHECK_FALSE(world.segments.at(0).data_dirty);
  world.write(0, 2); // too late for this one
  CHECK(world.synced() == 0);
  world.checkpoints.ended(*job);
  CHECK(world.synced() == 1);
  CHECK_FALSE(world.segments.at(0).in_checkpoint);
  world.sync();
  world.checkpoints.ended(*world.start());
  CHECK(world.synced() == 2);
}

TEST_CASE(
    "A segment that is filled while a checkpoint writes its empty index stays incomplete until its writes have ended") {
  checkpoint_world world;
  auto& ready = world.segments.at(1); // recycled on a disk too full for its new index
  ready.state = segment_state::ready;
  ready.index_dirty = true;
  world.sync();
  const auto job = world.start();
  REQUIRE(job->parts.size() == 1);
  CHECK_FALSE(job->parts[0].index.sealed);
  ready.state = segment_state::open;
  ready.writes.insert(0);
  ready.cursor = ready.bytes;
  world.segments.seal(ready);
  world.checkpoints.ended(*job);
  CHECK(ready.state == segment_state::sealing);
  ready.writes.clear();
  world.checkpoints.ended(*world.start());
  CHECK(ready.state == segment_state::sealed);
}

TEST_CASE("After a checkpoint that failed all of it is to be done again") {
  checkpoint_world world;
  world.write(0, 1);
  world.sync();
  const auto failed = world.start();
  failed->outcome = {errc::io, "broken"};
  world.checkpoints.ended(*failed);
  CHECK(world.synced() == 0);
  CHECK(world.segments.at(0).data_dirty);
  CHECK(world.segments.at(0).index_dirty);
  world.sync();
  world.checkpoints.ended(*world.start());
  CHECK(world.synced() == 1);
}

TEST_CASE(
    "An index lists the records before the first place that is still being written, in the order of their offsets") {
  checkpoint_world world;
  world.write(0, 3);
  world.write(0, 1);
  world.segments.at(0).writes.insert(16'384);
  world.segments.at(0).cursor += 8192;
  world.write(0, 2);
  world.sync();
  const auto job = world.start();
  REQUIRE(job->parts.size() == 1);
  const auto& index = job->parts[0].index;
  CHECK(index.store == 77);
  CHECK(index.generation == 5);
  CHECK(index.covered_bytes == 16'384);
  CHECK_FALSE(index.sealed);
  CHECK(index.names == std::vector<std::string>{"model"});
  REQUIRE(index.entries.size() == 2);
  CHECK(index.entries[0].key == key(3));
  CHECK(index.entries[1].key == key(1));
  CHECK(index.entries[1].offset == 8192);
}

TEST_CASE("A full segment gets its index once it has been written, without a sync, and is complete then") {
  checkpoint_world world;
  world.write(0, 1);
  auto& full = world.segments.at(0);
  full.writes.insert(8192);
  world.segments.seal(full);
  CHECK_FALSE(world.start());
  full.writes.clear();
  const auto job = world.start();
  REQUIRE(job);
  CHECK(job->parts[0].index.sealed);
  CHECK(full.state == segment_state::sealing);
  world.checkpoints.ended(*job);
  CHECK(full.state == segment_state::sealed);
  CHECK(world.segments.sealing().empty());
}

TEST_CASE("A checkpoint is due after so many bytes, or soon if it was asked for and there is something to sync") {
  checkpoint_world world;
  world.checkpoints.ask_soon();
  CHECK_FALSE(world.start()); // nothing to sync
  world.write(0, 1);
  CHECK_FALSE(world.start()); // and the request for a sync is done
  world.checkpoints.ask_soon();
  const auto job = world.start();
  REQUIRE(job);
  world.checkpoints.ended(*job);
  world.config.sync_bytes = 16'384;
  world.write(0, 2);
  CHECK_FALSE(world.start());
  world.write(0, 3);
  CHECK(world.start());
}

TEST_CASE(
    "With a floor of free space a checkpoint that was asked for looks at the disk although nothing is to be synced") {
  checkpoint_world world;
  world.config.free_bytes_min = 1;
  world.checkpoints.ask_soon();
  const auto job = world.start();
  REQUIRE(job);
  CHECK(job->parts.empty());
}

TEST_CASE("The order of use is saved with a sync, and after a quarter of the store was written") {
  checkpoint_world world;
  world.config.sync_bytes = 1;
  world.write(0, 1);
  const auto small = world.start();
  REQUIRE(small);
  CHECK_FALSE(small->recency);
  world.checkpoints.ended(*small);
  world.written += 1 << 18;
  world.write(0, 2);
  const auto large = world.start();
  CHECK(large->recency);
  world.checkpoints.ended(*large);
  world.sync();
  CHECK(world.start()->recency);
}

TEST_CASE("Syncs without a started checkpoint can be handed back") {
  checkpoint_world world;
  world.sync();
  world.sync();
  CHECK(world.checkpoints.take_waiting().size() == 2);
  CHECK(world.checkpoints.take_waiting().empty());
  CHECK_FALSE(world.start());
}
