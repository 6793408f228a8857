#include "storage/format/format_file.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/text_files.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

struct format_world {
  std::shared_ptr<memory_file_system> files = make_memory_file_system();
  format_world() { REQUIRE(files->create_directory("/c")); }
  auto check(std::uint32_t version = 1) { return check_format(*files, "/c", "segments", version); }
};

} // namespace

TEST_CASE("A format is written to the letter and read back") {
  format_world world;
  CHECK_FALSE(world.check().value());
  const store_format format{"segments", 1, 0x0123456789abcdef};
  REQUIRE(write_format(*world.files, "/c", format));
  CHECK(read_file(*world.files, "/c/hearth.format") ==
        "hearth cold tier\nengine segments\nversion 1\nstore 0123456789abcdef\n");
  CHECK(world.check().value() == format);
  CHECK(world.check(2).code() == errc::unsupported);
  CHECK(check_format(*world.files, "/c", "files", 1).code() == errc::unsupported);
  CHECK(names_in(*world.files, "/c") == std::vector<std::string>{"hearth.format"});
  remove_format(*world.files, "/c");
  CHECK_FALSE(world.check().value());
}

TEST_CASE("Any other text is refused, also one that only a person would take for the same") {
  format_world world;
  const auto* text = GENERATE("hearth cold tier\nengine segments\nversion 1\nstore 0123456789ABCDEF\n",
                              "hearth cold tier\nengine segments\nversion 1\nstore 123\n",
                              "hearth cold tier\nengine segments\nversion 1\nstore 0000000000000000\n",
                              "hearth cold tier\nengine segments\nversion 1\nstore 0123456789abcdef0\n",
                              "hearth cold tier\nengine segments\nversion 1\nstore 0123456789abcdef",
                              "hearth cold tier\nengine segments\nversion 1\nstore 0123456789abcdef\n\n",
                              "hearth cold tier\nengine segments\nversion 01\nstore 0123456789abcdef\n",
                              "hearth cold tier\nengine segments\nversion 99999999999\nstore 0123456789abcdef\n",
                              "hearth cold tier\r\nengine segments\r\nversion 1\r\nstore 0123456789abcdef\r\n",
                              "hearth cold tier\n", "\n");
  INFO(text);
  put_file(*world.files, "/c/hearth.format", text);
  CHECK(world.check().code() == errc::unsupported);
}

TEST_CASE("A format that cannot be written leaves no name behind") {
  format_world world;
  const auto operation =
      GENERATE(file_operation::open, file_operation::write, file_operation::sync, file_operation::rename);
  world.files->fail_next(operation, errc::io);
  CHECK(write_format(*world.files, "/c", {"segments", 1, 7}).code() == errc::io);
  CHECK(names_in(*world.files, "/c").empty());
}

TEST_CASE("A format that cannot be read refuses the directory for now") {
  format_world world;
  REQUIRE(write_format(*world.files, "/c", {"segments", 1, 7}));
  world.files->fail_next(file_operation::read, errc::io);
  CHECK(world.check().code() == errc::io);
  CHECK(world.check().ok());
}

TEST_CASE("The names beside the folder of the blocks are told apart from all others") {
  for (const auto* name : {"hearth.lock", "hearth.format", "hearth.format.writing"})
    CHECK(is_common_name(name));
  for (const auto* name : {"hearth.lock.writing", "hearth", "segments", ""})
    CHECK_FALSE(is_common_name(name));
}
