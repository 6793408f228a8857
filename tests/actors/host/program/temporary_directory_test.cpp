#include "actors/host/program/temporary_directory.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>

using namespace hearth;
namespace fs = std::filesystem;

TEST_CASE("A temporary directory is its owner's alone, and goes with all that is in it") {
  std::string path;
  {
    auto made = temporary_directory::make();
    REQUIRE(made.ok());
    auto moved = std::move(*made);
    path = moved.path();
    CHECK(fs::is_directory(path));
    CHECK(fs::status(path).permissions() == fs::perms::owner_all);
    fs::create_directories(path + "/a/b");
    std::ofstream{path + "/a/b/file"} << "x";
    CHECK(made->path().empty());
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("Two temporary directories are two") {
  const auto one = temporary_directory::make();
  const auto other = temporary_directory::make();
  REQUIRE(one.ok());
  REQUIRE(other.ok());
  CHECK(one->path() != other->path());
}

TEST_CASE("A temporary directory that is kept stays") {
  std::string path;
  {
    auto made = temporary_directory::make();
    REQUIRE(made.ok());
    path = made->path();
    made->keep();
    CHECK(made->path().empty());
  }
  CHECK(fs::remove(path));
}
