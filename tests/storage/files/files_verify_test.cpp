#include "storage/files/block_file.hpp"
#include "tests/storage/verify/verified_stores.hpp"

using namespace hearth::testing;

namespace {

/// The file of a block that `fill` has made: its sequence is its number.
std::string file_of(unsigned number, std::uint64_t sequence = 0) {
  return "blocks/" + to_string({sequence == 0 ? number : sequence, key(number)}, block_file_kind::complete);
}

} // namespace

TEMPLATE_TEST_CASE("A whole store of files verifies in one row", "", memory_store_world, posix_store_world) {
  TestType world;
  fill(world);
  const auto before = files_of(world);
  const auto report = verify(world);
  CHECK(report.engine == "files");
  CHECK(report.findings.empty());
  REQUIRE(report.parts.size() == 1);
  CHECK(report.parts[0].name == "blocks");
  CHECK(report.parts[0].listed == 12);
  CHECK(report.parts[0].blocks == 12);
  CHECK(report.parts[0].bytes == 12 * (4096 + small_block));
  CHECK(report.namespaces.at("b").blocks == 4);
  CHECK(report.bytes_read == 12 * (4096 + small_block));
  CHECK(files_of(world) == before);
}

TEMPLATE_TEST_CASE("A damaged file is found without a change, and a repair moves it away with the reason", "",
                   memory_store_world, posix_store_world) {
  TestType world;
  fill(world);
  auto kind = finding_kind::header;
  SECTION("its payload") {
    flip_bit(world, file_of(2), 5000);
    kind = finding_kind::payload;
  }
  SECTION("its header") { flip_bit(world, file_of(2), 20); }
  SECTION("its length") {
    cut(world, file_of(2), 9000);
    kind = finding_kind::cut_short;
  }
  SECTION("its name") {
    REQUIRE(world.files().remove(path_in(world, file_of(2))));
    put_file(world.files(), path_in(world, file_of(2)), read_file(world.files(), path_in(world, file_of(4))));
  }
  const auto bytes = read_file(world.files(), path_in(world, file_of(2)));
  const auto before = files_of(world);
  const auto found = only_damage(verify(world));
  CHECK(found.kind == kind);
  CHECK(found.file == file_of(2));
  CHECK(found.key == key(2));
  CHECK(files_of(world) == before);

  const auto report = verify(world, true);
  CHECK(report.repaired() == 1);
  const auto name = file_of(2).substr(7);
  CHECK(only_damage(report).repair == "moved to damaged/" + name);
  CHECK(read_file(world.files(), path_in(world, "damaged/" + name)) == bytes);
  CHECK(names_in(world.files(), path_in(world, "damaged")).size() == 2);
  CHECK(verify(world).damaged() == 0);
  open_small(world);
  CHECK(world.report.damaged == 0);
  CHECK(world.report.foreign == 0);
  CHECK(world.read(2).code() == errc::not_found);
  for (const unsigned i : {1u, 3u, 4u, 12u})
    CHECK(same(world.read(i, i % 3 == 0 ? 1 : 0).value(), payload(i, small_block)));
  world.close();
}

TEMPLATE_TEST_CASE("An older file of a key is no block, and does not come back when the later one is damaged", "",
                   memory_store_world, posix_store_world) {
  TestType world;
  fill(world, 2);
  const auto old = read_file(world.files(), path_in(world, file_of(1)));
  open_small(world);
  REQUIRE(world.store->erase(key(1)));
  REQUIRE(world.append(1, small_block, 77) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
  put_file(world.files(), path_in(world, file_of(1)), old);
  CHECK(verify(world).replaced == 1);
  CHECK(verify(world).damaged() == 0);
  flip_bit(world, file_of(1, 3), 5000);
  CHECK(verify(world, true).repaired() == 1);
  CHECK(names_in(world.files(), path_in(world, "damaged")).size() == 4);
  open_small(world);
  CHECK(world.numbers() == std::vector<unsigned>{2});
  world.close();
}

TEST_CASE("Files that are not ours and writes that never ended are told and are no damage") {
  memory_store_world world;
  fill(world, 2);
  put_file(*world.disk, "/cache/blocks/notes", "mine");
  put_file(*world.disk, "/cache/blocks/" + to_string({9, key(9)}, block_file_kind::unfinished), "half");
  const auto report = verify(world);
  CHECK(report.damaged() == 0);
  CHECK(report.count(finding_kind::foreign) == 1);
  CHECK(report.count(finding_kind::unfinished) == 1);
}
