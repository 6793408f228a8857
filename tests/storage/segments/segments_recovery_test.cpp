#include "storage/format/checksum.hpp"
#include "storage/format/page.hpp"
#include "storage/verify/verify.hpp"
#include "tests/storage/segments/segments_on_disk.hpp"

#include <utility>

#include <sys/stat.h>
#include <unistd.h>

using namespace hearth::testing;

namespace {

/// A store of three segments, synced and closed: blocks 0 to 7 in slot 0, sealed; 8 to 11 in slot 1, open.
struct closed_world : segments_world {
  explicit closed_world(unsigned blocks = 12) {
    open_segments(3);
    for (unsigned i = 0; i < blocks; ++i)
      REQUIRE(append(i, 4096) == errc::none);
    REQUIRE(sync() == errc::none);
    close();
  }
  std::vector<unsigned> numbers_from(unsigned first, unsigned end) {
    std::vector<unsigned> all;
    for (auto i = first; i < end; ++i)
      all.push_back(i);
    return all;
  }
  std::set<std::string> names() {
    const auto listed = names_in(*disk, segments_directory);
    return {listed.begin(), listed.end()};
  }
};

void replace(file_system& files, const std::string& path, std::string_view text) {
  REQUIRE(files.remove(path));
  put_file(files, path, text);
}

void replace_index(segments_world& world, std::uint32_t slot, const segment_index& index) {
  REQUIRE(write_segment_index(*world.disk, index_path(slot), index));
}

/// Overwrites a part of an index and corrects the checksums, as a forger could.
void forge_index(segments_world& world, std::uint32_t slot, std::size_t at, std::string_view bytes) {
  auto text = read_file(*world.disk, index_path(slot));
  text.replace(at, bytes.size(), bytes);
  page_bytes page;
  std::copy_n(std::as_bytes(std::span{text}).begin(), page.size(), page.begin());
  auto sum = checksum(std::as_bytes(std::span{text}).subspan(page.size()));
  for (std::size_t place = 70; place < 78; ++place, sum >>= 8) // checksum of the body
    page[place] = static_cast<std::byte>(sum);
  seal_page(page);
  std::copy_n(reinterpret_cast<const char*>(page.data()), page.size(), text.begin());
  replace(*world.disk, index_path(slot), text);
}

} // namespace

TEST_CASE("A directory with more namespaces than the table takes is refused, and keeps its blocks") {
  segments_world world;
  world.open_segments(2);
  REQUIRE(world.append(1, 4096) == errc::none);
  const bool indexed = GENERATE(true, false);
  if (indexed)
    REQUIRE(world.sync() == errc::none);
  world.close();
  const auto before = names_in(*world.disk, segments_directory);

  const auto usual = std::exchange(world.namespaces, std::make_shared<namespace_table>(1));
  REQUIRE(world.namespaces->intern("other"));
  const auto opened = world.try_open(world.room(2));
  REQUIRE(opened.code() == errc::overloaded);
  CHECK(opened.error().context.find("\"a\"") != std::string::npos);
  CHECK(names_in(*world.disk, segments_directory) == before);

  world.namespaces = usual;
  world.open_segments(2);
  CHECK(world.numbers() == std::vector<unsigned>{1});
}

TEST_CASE("Names of segments are ours to the letter") {
  CHECK(parse_segment_name("0000abcd.segment").kind == segment_file_kind::data);
  CHECK(parse_segment_name("0000abcd.segment").slot == 0xabcd);
  CHECK(parse_segment_name("ffffffff.index").kind == segment_file_kind::index);
  CHECK(parse_segment_name(to_string(7, segment_file_kind::index)).slot == 7);
  for (const auto* name : {"", "0000abc.segment", "00000abcd.segment", "0000ABCD.segment", "0000abcd.Segment",
                           "0000abcd.segments", "0000abcd", "0000abcd.index.writing", "-000abcd.index",
                           "+000abcd.index", " 000abcd.index", "0x00abcd.index", "recency"})
    CHECK(parse_segment_name(name).kind == segment_file_kind::foreign);
}

TEST_CASE("An ordinary restart finds everything, counts nothing else, and goes on in the open segment") {
  closed_world world;
  world.open_segments(3);
  CHECK(world.report.recovered == 12);
  CHECK(world.report.damaged + world.report.unfinished + world.report.foreign + world.report.replaced == 0);
  CHECK(world.in_order() == world.numbers_from(0, 12));
  REQUIRE(world.append(12, 4096) == errc::none);
  CHECK(world.segment_files() == 2);
}

TEST_CASE("A directory is refused while a dead process still writes, and opened whole once the write has ended") {
  closed_world world;
  const auto before = read_file(*world.disk, data_path(1));
  world.open_segments(3);
  REQUIRE(world.append(12, 4096) == errc::none);
  world.close();
  const auto after = read_file(*world.disk, data_path(1));
  const auto names = world.names();

  auto late = world.disk->open(data_path(1), open_mode::read_write); // the kernel still has a write of the dead process
  REQUIRE(late);
  REQUIRE(write_text(**late, 0, before)); // and none of its bytes have arrived
  const auto refused = world.try_open(world.room(3));
  REQUIRE(refused.code() == errc::busy);
  CHECK(refused.error().context.find(data_path(1)) != std::string::npos);
  CHECK(verify_store(*world.disk, "/cache", true, {}).code() == errc::busy);
  CHECK(world.names() == names);

  REQUIRE(write_text(**late, 0, after));
  late->reset();
  world.open_segments(3);
  CHECK(world.in_order() == world.numbers_from(0, 13));
}

TEST_CASE("Names that are not ours are left alone, counted, and their slots not used") {
  closed_world world{1};
  const auto at = std::string{segments_directory};
  put_file(*world.disk, at + "notes.txt", "mine");
  put_file(*world.disk, at + "00000007.segment.writing", "mine");
  put_file(*world.disk, at + "0000000A.segment", "mine");
  put_file(*world.disk, "/cache/notes.txt", "mine");
  REQUIRE(world.disk->create_directory(at + "00000001.segment"));
  REQUIRE(world.disk->create_directory(at + "00000002.index"));
  REQUIRE(world.disk->create_directory(at + "00000003.index.writing"));
  REQUIRE(world.disk->create_directory(at + "recency.writing"));
  world.open_segments(20);
  CHECK(world.report.foreign == 8);
  CHECK(world.report.unfinished + world.report.damaged == 0);
  for (unsigned i = 0; i < 40; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  const auto names = world.names();
  for (const auto* name : {"notes.txt", "00000007.segment.writing", "0000000A.segment", "00000001.segment",
                           "00000002.index", "00000003.index.writing"})
    CHECK(names.contains(name));
  CHECK_FALSE(names.contains("00000002.segment"));
  CHECK(read_file(*world.disk, at + "notes.txt") == "mine");
}

TEST_CASE("A segment beside something that only has its index's name is left alone") {
  closed_world world{1};
  const auto bytes = read_file(*world.disk, data_path(0));
  put_file(*world.disk, data_path(5), bytes);
  REQUIRE(world.disk->create_directory(index_path(5)));
  world.open_segments(3);
  CHECK(world.report.foreign == 1);
  for (unsigned i = 0; i < 60; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(read_file(*world.disk, data_path(5)) == bytes);
}

TEST_CASE("On a real disk links, FIFOs and directories with a segment's name are neither opened nor removed") {
  posix_segments_world world;
  world.tuning.segment_bytes = 65'536;
  const auto segments = world.directory.path() + "/segments/";
  const auto budget = std::uint64_t{1} << 20;
  world.open_bytes(budget);
  world.tuning.reclaim_ahead_bytes = 0;
  REQUIRE(world.append(1, 100) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
  const auto kept = world.directory.path() + "/kept";
  REQUIRE(::rename((segments + "00000000.segment").c_str(), kept.c_str()) == 0);
  REQUIRE(::symlink(kept.c_str(), (segments + "00000000.segment").c_str()) == 0);
  REQUIRE(::mkfifo((segments + "00000001.segment").c_str(), 0600) == 0);
  REQUIRE(::mkfifo((segments + "00000002.index").c_str(), 0600) == 0);
  REQUIRE(::mkdir((segments + "00000003.index.writing").c_str(), 0700) == 0);
  world.open_bytes(budget);
  CHECK(world.report.foreign == 5);
  CHECK(world.store->keys().empty());
  REQUIRE(world.append(2, 100) == errc::none);
  const auto names = names_in(world.files(), segments);
  const std::set<std::string> all{names.begin(), names.end()};
  for (const auto* name : {"00000000.segment", "00000001.segment", "00000002.index", "00000003.index.writing"})
    CHECK(all.contains(name));
  CHECK(all.contains("00000004.segment"));
}

TEST_CASE("What was being written is removed") {
  closed_world world{1};
  put_file(*world.disk, index_path(0) + ".writing", "half an ind");
  put_file(*world.disk, std::string{segments_directory} + "recency.writing", "");
  world.open_segments(3);
  CHECK(world.report.unfinished == 2);
  CHECK(world.in_order() == std::vector<unsigned>{0});
  CHECK(world.names() == std::set<std::string>{"00000000.index", "00000000.segment", "recency"});
}

TEST_CASE("An index without a segment is removed, and a segment of no length with it") {
  closed_world world{1};
  SECTION("without") { REQUIRE(world.disk->remove(data_path(0))); }
  SECTION("of no length") { replace(*world.disk, data_path(0), ""); }
  world.open_segments(3);
  CHECK(world.store->keys().empty());
  CHECK_FALSE(world.names().contains("00000000.index"));
  CHECK_FALSE(world.names().contains("00000000.segment"));
  CHECK(world.append(1, 4096) == errc::none);
}

TEST_CASE("A segment whose index is missing or damaged is empty, and its bytes never come back") {
  closed_world world;
  const bool damaged = GENERATE(true, false);
  if (damaged)
    flip(*world.disk, index_path(1), GENERATE(0u, 30u, 4095u, 4100u));
  else
    REQUIRE(world.disk->remove(index_path(1)));
  world.open_segments(3);
  CHECK(world.report.damaged == (damaged ? 1 : 0));
  CHECK(world.report.unfinished == (damaged ? 0 : 1));
  CHECK(world.in_order() == world.numbers_from(0, 8));
  // The next generation follows the highest known one. A reused generation must not find its old records.
  for (unsigned i = 20; i < 33; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  const auto before = world.in_order();
  world.kill(); // without a sync: recovery reads the tails
  world.open_segments(3);
  CHECK(world.in_order() == before);
}

TEST_CASE("An index with contents that no store writes is damaged, and does not affect the others") {
  closed_world world;
  constexpr std::size_t name_at = 4096 + 1 + 1; // behind the first page, cereal's 1 and the length
  constexpr std::size_t sequence_at = name_at + 1 + 32;
  SECTION("a name that no namespace has") {
    const char letter = GENERATE('*', '"', '\\', '\n', '\0', '\x7f', '\xe9');
    forge_index(world, 1, name_at, std::string(1, letter));
  }
  SECTION("a sequence that no record has") {
    const char byte = GENERATE('\0', '\x80', '\xff');
    forge_index(world, 1, sequence_at, std::string(8, byte));
  }
  SECTION("a generation that is never reached") { forge_index(world, 1, 25, std::string(8, '\xff')); }
  const auto verified = verify_store(*world.disk, "/cache", false, {});
  REQUIRE(verified);
  CHECK(verified->count(finding_kind::index) == 1);
  world.open_segments(3);
  CHECK(world.report.damaged == 1);
  CHECK(world.in_order() == world.numbers_from(0, 8));
}

TEST_CASE("A segment without an index that had the last generation never brings back what was in it") {
  segments_world world;
  world.open_segments(1);
  for (unsigned i = 0; i < 8; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.store->clear(std::nullopt) == 8);
  REQUIRE(world.sync() == errc::none);
  world.kill();
  REQUIRE(world.disk->remove(index_path(0)));
  world.open_segments(1);
  REQUIRE(world.append(20, 100) == errc::none);
  world.kill();
  world.open_segments(1);
  CHECK(world.in_order() == std::vector<unsigned>{20});
}

TEST_CASE("An index of a later version refuses the directory, and nothing is changed") {
  closed_world world;
  auto text = read_file(*world.disk, index_path(0));
  page_bytes page;
  std::copy_n(std::as_bytes(std::span{text}).begin(), page.size(), page.begin());
  page[9] = std::byte{2};
  seal_page(page);
  std::copy_n(reinterpret_cast<const char*>(page.data()), page.size(), text.begin());
  replace(*world.disk, index_path(0), text);
  put_file(*world.disk, index_path(9) + ".writing", "");
  const auto before = world.names();
  CHECK(world.try_open(world.room(3)).code() == errc::unsupported);
  CHECK(world.names() == before);
}

TEST_CASE("Segments of another store, or under another's name, are left alone") {
  closed_world world;
  auto index = world.index_of(0);
  SECTION("of another store") {
    ++index.store;
    replace_index(world, 0, index);
  }
  SECTION("under another name") {
    REQUIRE(world.disk->rename(data_path(0), data_path(6)));
    REQUIRE(world.disk->rename(index_path(0), index_path(6)));
  }
  world.open_segments(3);
  CHECK(world.report.foreign == 1);
  CHECK(world.in_order() == world.numbers_from(8, 12));
  const auto before = world.names();
  for (unsigned i = 0; i < 40; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  for (const auto& name : before)
    CHECK(world.names().contains(name));
}

TEST_CASE("Of a segment cut short the entries behind its end are left out") {
  closed_world world{8};
  const auto text = read_file(*world.disk, data_path(0));
  replace(*world.disk, data_path(0), text.substr(0, 5 * 8192 + 5000)); // in the middle of the sixth payload
  world.open_segments(3);
  CHECK(world.report.damaged == 3);
  CHECK(world.in_order() == world.numbers_from(0, 5));
  for (unsigned i = 0; i < 5; ++i)
    CHECK(world.read(i).ok());
  for (unsigned i = 10; i < 50; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.disk->bytes_peak() <= world.room(3));
}

TEST_CASE("What was written since the last sync is found record by record") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 2; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  for (unsigned i = 2; i < 5; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  world.kill();
  SECTION("all of it") {
    world.open_segments(3);
    CHECK(world.report.damaged == 0);
    CHECK(world.in_order() == std::vector<unsigned>{0, 1, 2, 3, 4});
  }
  SECTION("but for a torn one, behind which others are still found") {
    flip(*world.disk, data_path(0), 3 * 8192 + 6000);
    world.open_segments(3);
    CHECK(world.report.damaged == 1);
    CHECK(world.in_order() == std::vector<unsigned>{0, 1, 2, 4});
  }
  SECTION("but for one whose header is gone, which was never written") {
    flip(*world.disk, data_path(0), 3 * 8192 + 60);
    world.open_segments(3);
    CHECK(world.report.damaged == 0);
    CHECK(world.in_order() == std::vector<unsigned>{0, 1, 2, 4});
  }
  SECTION("and the last one torn is not written over before the index covers it") {
    flip(*world.disk, data_path(0), 4 * 8192 + 6000);
    world.open_segments(3);
    CHECK(world.report.damaged == 1);
  }
  REQUIRE(world.append(9, 4096) == errc::none);
  CHECK(same(world.read(9).value(), payload(9, 4096)));
  const auto before = world.in_order();
  world.kill();
  world.open_segments(3);
  CHECK(world.in_order() == before);
}

TEST_CASE("Records of an earlier generation behind the cursor are passed over") {
  segments_world world;
  world.open_segments(2);
  for (unsigned i = 0; i < 18; ++i) // the first segment was recycled and holds two blocks
    REQUIRE(world.append(i, 4096) == errc::none);
  world.kill();
  world.open_segments(2);
  CHECK(world.report.damaged == 0);
  auto expected = std::vector<unsigned>{};
  for (unsigned i = 8; i < 18; ++i)
    expected.push_back(i);
  CHECK(world.in_order() == expected);
}
