#include "storage/segments/segment_preparation.hpp"
#include "storage/segments/segment_record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t record = 8192;  ///< bytes: eight fill a segment
constexpr std::uint64_t large = 40'960; ///< does not share a segment

/// A preparation with room for this many segments of 64 KiB. The test carries out the jobs.
struct preparation_world {
  explicit preparation_world(std::uint64_t segments_max, std::uint32_t reappend_percent = 0) {
    config.segment_bytes = 65'536;
    config.reappend_percent = reappend_percent;
    config.namespaces = std::make_shared<namespace_table>();
    REQUIRE(config.namespaces->claim("model").ok());
    config.bytes_max = 1 << 20;
    config.bytes_max = segments_fixed_bytes(config) + segments_max * segment_shape_for(config, record).charge();
    budget.emplace(config);
    preparation.emplace(config, 77, "/s/", segments, placement, *budget, present);
  }
  preparation_step next(std::uint64_t record_bytes, bool checkpointing = false) {
    return preparation->next({record_bytes, checkpointing});
  }
  /// Prepares a new segment.
  std::uint32_t make(std::uint64_t record_bytes = record) {
    const auto step = next(record_bytes);
    REQUIRE(step.work);
    REQUIRE(step.work->what == segment_work::make);
    REQUIRE_FALSE(preparation->ended(*step.work));
    return step.work->fresh.slot;
  }
  /// Creates a segment of eight blocks, complete and with its index written.
  std::uint32_t full(unsigned first) {
    const auto slot = make();
    for (unsigned i = 0; i < 8; ++i) {
      const auto at = placement.place(record);
      REQUIRE(at);
      placement.ended(*at);
      indexed_block block;
      block.key = key(first + i);
      block.sequence = first + i + 1;
      block.payload_bytes = 4096;
      block.slot = at->slot;
      block.page = static_cast<std::uint32_t>(at->offset / 4096);
      present.persisted(block, false);
    }
    placement.seal_open();
    segments.complete(segments.at(slot));
    segments.at(slot).index_dirty = false;
    return slot;
  }
  void use(unsigned number) { present.use(present.find(key(number))); }
  bool has(unsigned number) { return present.find(key(number)) != no_record; }

  segments_store_config config;
  segment_table segments{1 << 20};
  segment_placement placement{config, segments};
  present_blocks present{segments};
  std::optional<segment_budget> budget;
  std::optional<segment_preparation> preparation;
};

} // namespace

TEST_CASE("As long as the budget has room the next segment is a new file, charged before it is made") {
  preparation_world world{2};
  const auto before = world.budget->used();
  const auto step = world.next(record);
  REQUIRE(step.work);
  CHECK(step.work->what == segment_work::make);
  CHECK(step.work->fresh.store == 77);
  CHECK(step.work->fresh.generation == 1);
  CHECK(step.work->fresh.entries.empty());
  CHECK(world.budget->used() == before + world.segments.at(step.work->fresh.slot).charge());
  CHECK(world.preparation->slot_at_work() == step.work->fresh.slot);
  CHECK_FALSE(world.next(record).work); // one at a time
  CHECK_FALSE(world.preparation->ended(*step.work));
  CHECK(world.segments.at(step.work->fresh.slot).state == segment_state::ready);
  CHECK_FALSE(world.preparation->slot_at_work());
}

TEST_CASE("Without an append that waits nothing is prepared, unless the open segment is nearly full") {
  preparation_world world{3};
  world.config.reclaim_ahead_bytes = 1 << 20;
  CHECK_FALSE(world.next(0).work);
  world.make();
  for (int i = 0; i < 6; ++i)
    REQUIRE(world.placement.place(record));
  CHECK_FALSE(world.next(0).work);
  REQUIRE(world.placement.place(record));
  const auto step = world.next(0);
  REQUIRE(step.work);
  CHECK(step.work->what == segment_work::make);
}

TEST_CASE("When the budget is used up the segment worth least is emptied and recycled, as a new generation") {
  preparation_world world{2};
  const auto first = world.full(0);
  world.full(10);
  const auto used = world.budget->used();
  const auto step = world.next(record);
  REQUIRE(step.work);
  CHECK(step.work->what == segment_work::recycle);
  CHECK(step.work->fresh.slot == first);
  CHECK(step.work->fresh.generation == 3);
  CHECK_FALSE(world.has(0));
  CHECK(world.has(10));
  CHECK(world.present.take_reclaimed().size() == 8);
  CHECK_FALSE(world.preparation->ended(*step.work));
  const auto& again = world.segments.at(first);
  CHECK(again.state == segment_state::ready);
  CHECK(again.generation == 3);
  CHECK(again.cursor == 0);
  CHECK_FALSE(again.index_dirty);
  CHECK(world.budget->used() == used);
}

TEST_CASE("A victim is not overwritten while somebody reads from it or a checkpoint writes its index") {
  preparation_world world{1};
  auto& victim = world.segments.at(world.full(0));
  SECTION("a reader") {
    victim.readers = 1;
    CHECK_FALSE(world.next(record).work);
    CHECK_FALSE(world.has(0)); // removed from the index meanwhile, so that no new reader arrives
    victim.readers = 0;
  }
  SECTION("a checkpoint that began after it was chosen") {
    victim.readers = 1;
    CHECK_FALSE(world.next(record).work);
    victim.readers = 0;
    victim.in_checkpoint = true;
    CHECK_FALSE(world.next(record).work);
    victim.in_checkpoint = false;
  }
  const auto step = world.next(record);
  REQUIRE(step.work);
  CHECK(step.work->what == segment_work::recycle);
}

TEST_CASE("A segment that is about to be complete is waited for") {
  preparation_world world{1};
  world.make();
  REQUIRE(world.placement.place(record));
  const bool checkpointing = GENERATE(false, true);
  if (!checkpointing)
    CHECK_FALSE(world.next(record).no_segment); // seals the open segment: its checkpoint is next
  const auto step = world.next(record, checkpointing);
  CHECK_FALSE(step.work);
  CHECK_FALSE(step.no_segment);
}

TEST_CASE("A file that finds the disk full is not made; a victim is recycled instead") {
  preparation_world world{3};
  const auto first = world.full(0);
  const auto used = world.budget->used();
  const auto step = world.next(record);
  REQUIRE(step.work->what == segment_work::make);
  step.work->outcome = {errc::no_space, "full"};
  CHECK_FALSE(world.preparation->ended(*step.work));
  CHECK(world.budget->used() == used);
  CHECK(world.segments.all().size() == 1);
  const auto instead = world.next(record);
  REQUIRE(instead.work);
  CHECK(instead.work->what == segment_work::recycle);
  CHECK(instead.work->fresh.slot == first);
}

TEST_CASE("Where nothing can be reclaimed the append that waits first is refused, and told the limit") {
  preparation_world world{1};
  const auto step = world.next(record);
  step.work->outcome = {errc::no_space, "full"};
  CHECK_FALSE(world.preparation->ended(*step.work));
  const auto refused = world.next(record).no_segment;
  REQUIRE(refused);
  CHECK(refused->code == errc::no_space);
  CHECK(refused->context == "/s/: nothing is left to reclaim, and bytes_max is " +
                                std::to_string(world.config.bytes_max) + "; the disk is full");
  CHECK(world.next(record).work); // the next append may try another file
}

TEST_CASE("A job that fails for another reason refuses the append, and what could not be made takes no room") {
  preparation_world world{1};
  const auto used = world.budget->used();
  const auto step = world.next(record);
  step.work->outcome = {errc::io, "broken"};
  const auto refused = world.preparation->ended(*step.work);
  REQUIRE(refused);
  CHECK(refused->code == errc::io);
  CHECK(world.budget->used() == used);
}

TEST_CASE("A file that could be neither made nor removed keeps its room, and is removed before it is used") {
  preparation_world world{1};
  const auto step = world.next(record);
  step.work->outcome = {errc::io, "broken"};
  step.work->left_behind = true;
  CHECK(world.preparation->ended(*step.work));
  CHECK(world.budget->used() == world.config.bytes_max);
  const auto again = world.next(record);
  REQUIRE(again.work);
  CHECK(again.work->what == segment_work::remove);
  CHECK_FALSE(world.preparation->ended(*again.work));
  CHECK(world.next(record).work->what == segment_work::make);
}

TEST_CASE("A slot whose name belongs to somebody else's file is passed over from then on") {
  preparation_world world{2};
  world.preparation->taken(0);
  const auto step = world.next(record);
  CHECK(step.work->fresh.slot == 1);
  step.work->outcome = {errc::invalid_argument, "a directory"};
  CHECK_FALSE(world.preparation->ended(*step.work));
  CHECK(world.next(record).work->fresh.slot == 2);
}

TEST_CASE("A ready segment of another kind is removed to make room, and then the wanted one is made") {
  preparation_world world{1};
  const auto other = world.make(large);
  const auto step = world.next(record);
  REQUIRE(step.work);
  CHECK(step.work->what == segment_work::remove);
  CHECK(step.work->fresh.slot == other);
  CHECK_FALSE(world.preparation->ended(*step.work));
  CHECK(world.next(record).work->what == segment_work::make);
}

TEST_CASE("A lowered budget has segments removed until it is kept") {
  preparation_world world{3};
  for (unsigned i = 0; i < 3; ++i)
    world.full(10 * i);
  world.budget->change(world.config.bytes_max - 2 * world.segments.at(0).charge());
  for (int i = 0; i < 2; ++i) {
    const auto step = world.next(0);
    REQUIRE(step.work);
    CHECK(step.work->what == segment_work::remove);
    CHECK_FALSE(world.preparation->ended(*step.work));
  }
  CHECK(world.budget->used() == world.budget->limit());
  CHECK(world.segments.all().size() == 1);
  CHECK_FALSE(world.next(0).work);
}

TEST_CASE("A segment that could not be removed is not tried again until something else is asked for") {
  preparation_world world{2};
  world.full(0);
  world.full(10);
  world.budget->change(world.config.bytes_max - world.segments.at(0).charge());
  const auto step = world.next(0);
  REQUIRE(step.work->what == segment_work::remove);
  step.work->outcome = {errc::io, "read-only"};
  CHECK(world.preparation->ended(*step.work));
  CHECK_FALSE(world.next(0).work);
  world.preparation->may_shrink();
  CHECK(world.next(0).work);
}

TEST_CASE("Blocks that were used since they were written are copied, last used first, within the share") {
  preparation_world world{1, 50}; // 50 percent of 64 KiB: three records of 8 KiB, and not quite a fourth
  const auto slot = world.full(0);
  for (const auto number : {3u, 1u, 6u, 2u, 5u})
    world.use(number);
  const auto step = world.next(0);
  CHECK(step.copy.empty()); // no reclaim needed: the store is within its budget, and no append waits
  world.budget->change(world.config.bytes_max - 4096);
  const auto copying = world.next(0);
  REQUIRE(copying.copy.size() == 3);
  CHECK(copying.copy[0].key == key(5));
  CHECK(copying.copy[1].key == key(2));
  CHECK(copying.copy[2].key == key(6));
  CHECK_FALSE(copying.work);
  CHECK(world.has(0)); // the others stay until the copies are done
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(world.next(0).work);
    world.preparation->copy_ended({});
  }
  const auto removing = world.next(0);
  REQUIRE(removing.work);
  CHECK(removing.work->fresh.slot == slot);
  CHECK(world.present.size() == 0);
}

TEST_CASE("Copies are made durable before the originals go, and none is made for which an append would wait") {
  preparation_world world{2, 50};
  world.full(0);
  const auto open = world.make();
  world.use(1);
  world.budget->change(world.config.bytes_max - 4096);
  SECTION("nothing waits") {
    REQUIRE(world.next(0).copy.size() == 1);
    world.preparation->copy_ended(open);
    const auto step = world.next(0);
    REQUIRE(step.work);
    CHECK(step.work->copied_to.size() == 1);
  }
  SECTION("an append waits") {
    const auto step = world.next(record);
    CHECK(step.copy.empty());
    REQUIRE(step.work);
    CHECK(step.work->copied_to.empty());
  }
}
