#include "storage/segments/segment_files.hpp"
#include "storage/segments/recency.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t segment_bytes = 65'536;

/// A directory of segments in memory, for tests with power cuts.
struct files_world {
  files_world() {
    REQUIRE(disk->create_directory("/s"));
    REQUIRE(disk->sync_names("/"));
    auto held = disk->hold("/s");
    REQUIRE(held);
    files.emplace(disk, "/s/", std::move(*held));
  }
  segment_job job(segment_work what, std::uint64_t generation) {
    segment_job made;
    made.what = what;
    made.fresh = {77, 0, generation, segment_bytes, 0, 8, false, {}, {}};
    return made;
  }
  /// A segment of generation 1 whose index lists a block.
  std::shared_ptr<file> make() {
    auto making = job(segment_work::make, 1);
    files->prepare(making);
    REQUIRE(making.outcome);
    checkpoint_job listing;
    listing.parts.push_back({index_with_a_block(1), making.target, true});
    files->checkpoint(listing, [] { return std::vector<std::byte>{}; });
    REQUIRE(listing.outcome);
    return making.target;
  }
  segment_index index_with_a_block(std::uint64_t generation) {
    segment_index index{77, 0, generation, segment_bytes, 8192, 8, false, {"model"}, {}};
    index.entries.push_back({key(1), 1, 0, 4096, 0, 0, 0, 0});
    return index;
  }
  result<segment_index> index() { return read_segment_index(*disk, "/s/00000000.index"); }
  bool has(const std::string& name) { return disk->open("/s/" + name, open_mode::read).ok(); }

  std::shared_ptr<memory_file_system> disk = make_memory_file_system(true);
  std::optional<segment_files> files;
};

} // namespace

TEST_CASE("A segment that was made is there after a power cut, whole and with an index that lists nothing") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u);
  files_world world;
  auto job = world.job(segment_work::make, 4);
  world.files->prepare(job);
  REQUIRE(job.outcome);
  REQUIRE(job.target);
  world.disk->power_cut(seed);
  const auto index = world.index();
  REQUIRE(index);
  CHECK(index->generation == 4);
  CHECK(index->entries.empty());
  CHECK((*world.disk->open("/s/00000000.segment", open_mode::read))->size().value() == segment_bytes);
}

TEST_CASE("After a segment was recycled no power cut brings its old index back") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u);
  files_world world;
  world.make();
  REQUIRE(world.index()->entries.size() == 1);
  auto job = world.job(segment_work::recycle, 2);
  world.files->prepare(job);
  REQUIRE(job.outcome);
  world.disk->power_cut(seed);
  const auto index = world.index();
  REQUIRE(index);
  CHECK(index->generation == 2);
  CHECK(index->entries.empty());
}

TEST_CASE("On a disk too full for a new index the old one is removed for good, which says the same") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u);
  files_world world;
  world.make();
  world.disk->fail_next(file_operation::write, errc::no_space);
  auto job = world.job(segment_work::recycle, 2);
  world.files->prepare(job);
  REQUIRE(job.outcome);
  CHECK(job.without_index);
  world.disk->power_cut(seed);
  CHECK(world.index().code() == errc::not_found);
}

TEST_CASE("A segment is not recycled if its old index cannot be replaced") {
  files_world world;
  world.make();
  world.disk->fail_next(file_operation::write, errc::io);
  auto job = world.job(segment_work::recycle, 2);
  world.files->prepare(job);
  CHECK(job.outcome.code() == errc::io);
  CHECK_FALSE(job.without_index);
  CHECK(world.index()->entries.size() == 1);
}

TEST_CASE("A segment that could not be made leaves nothing behind, or says so") {
  files_world world;
  const bool stays = GENERATE(false, true);
  world.disk->fail_next(file_operation::write, errc::io);
  if (stays)
    world.disk->fail_next(file_operation::remove, errc::io, 10);
  auto job = world.job(segment_work::make, 1);
  world.files->prepare(job);
  CHECK(job.outcome.code() == errc::io);
  CHECK(job.left_behind == stays);
  CHECK(job.target == nullptr);
  CHECK(world.has("00000000.segment") == stays);
}

TEST_CASE("A name that belongs to somebody else is left alone") {
  files_world world;
  REQUIRE(world.disk->create_directory("/s/00000000.segment"));
  auto job = world.job(segment_work::make, 1);
  world.files->prepare(job);
  CHECK(job.outcome.code() == errc::invalid_argument);
  CHECK_FALSE(job.left_behind);
  CHECK(world.files->remove(0)); // none of these files is ours
  CHECK(world.disk->list("/s")->size() == 1);
}

TEST_CASE("Where the index of a segment cannot be removed its data stays, too") {
  files_world world;
  world.make();
  world.disk->fail_next(file_operation::remove, errc::io);
  auto job = world.job(segment_work::remove, 2);
  world.files->prepare(job);
  CHECK(job.outcome.code() == errc::io);
  CHECK(world.has("00000000.index"));
  CHECK(world.has("00000000.segment"));
  auto again = world.job(segment_work::remove, 3);
  world.files->prepare(again);
  CHECK(again.outcome);
  CHECK(world.disk->list("/s")->empty());
}

TEST_CASE("Nothing happens to a segment whose copies cannot be made durable") {
  files_world world;
  const auto copied_to = world.make();
  auto job = world.job(segment_work::remove, 2);
  job.copied_to.push_back(copied_to);
  world.disk->fail_next(file_operation::sync, errc::io);
  world.files->prepare(job);
  CHECK(job.outcome.code() == errc::io);
  CHECK(world.index()->entries.size() == 1);
}

TEST_CASE("An index is written only if the data that it lists is durable") {
  files_world world;
  auto making = world.job(segment_work::make, 1);
  world.files->prepare(making);
  REQUIRE(making.outcome);
  checkpoint_job job;
  job.recency = true;
  job.parts.push_back({world.index_with_a_block(1), making.target, true});
  world.disk->fail_next(file_operation::sync, errc::io);
  world.files->checkpoint(job, [] { return std::vector<std::byte>{}; });
  CHECK(job.outcome.code() == errc::io);
  CHECK(job.written_bytes == 0);
  CHECK(world.index()->entries.empty());
  CHECK_FALSE(world.has(recency_name));
}

TEST_CASE("The order of use that cannot be written is no failure of a checkpoint") {
  files_world world;
  checkpoint_job job;
  job.recency = true;
  world.disk->fail_next(file_operation::write, errc::io);
  world.files->checkpoint(job, [] { return encode_recency(77, {1, 2, 3}); });
  CHECK(job.outcome);
  CHECK_FALSE(world.has(recency_name));
  checkpoint_job again;
  again.recency = true;
  world.files->checkpoint(again, [] { return encode_recency(77, {1, 2, 3}); });
  CHECK(read_recency(*world.disk, "/s/recency", 77) == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("Nothing is written into a directory that stands where the store's was") {
  files_world world;
  const auto target = world.make();
  world.disk->move_directory("/s", "/away");
  REQUIRE(world.disk->create_directory("/s"));
  for (const auto what : {segment_work::make, segment_work::recycle, segment_work::remove}) {
    auto job = world.job(what, 2);
    world.files->prepare(job);
    CHECK(job.outcome.code() == errc::not_found);
  }
  checkpoint_job job;
  job.parts.push_back({world.index_with_a_block(1), target, false});
  world.files->checkpoint(job, [] { return std::vector<std::byte>{}; });
  CHECK(job.outcome.code() == errc::not_found);
  CHECK(world.disk->list("/s")->empty());
}
