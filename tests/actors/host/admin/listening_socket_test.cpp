#include "actors/host/admin/listening_socket.hpp"
#include "tests/actors/host/admin/http_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

using namespace hearth;
using hearth::testing::http_client;
using storage::errc;
namespace fs = std::filesystem;

TEST_CASE("A TCP socket listens where it says, at a port that the system chose") {
  const auto opened = listening_socket::tcp("127.0.0.1", 0).value();
  CHECK(opened.port() != 0);
  CHECK(opened.address() == "127.0.0.1:" + std::to_string(opened.port()));
  CHECK(::fcntl(opened.number(), F_GETFD) == FD_CLOEXEC);
  http_client::tcp(opened.port());
}

TEST_CASE("A port in use is busy, and an address that is none is refused with what was expected") {
  const auto opened = listening_socket::tcp("127.0.0.1", 0).value();
  CHECK(listening_socket::tcp("127.0.0.1", opened.port()).code() == errc::busy);
  for (const std::string address : {"localhost", "", "127.0.0.1.5", "no address", "127.0.0.1:80", "[::1]"}) {
    INFO(address);
    const auto refused = listening_socket::tcp(address, 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.code() == errc::invalid_argument);
    CHECK(refused.error().context.find("\"" + address + "\"") != std::string::npos);
  }
  CHECK(listening_socket::tcp("192.0.2.1", 0).code() == errc::invalid_argument); // no machine has it (RFC 5737)
}

TEST_CASE("An IPv6 address is written in brackets") {
  const auto opened = listening_socket::tcp("::1", 0);
  if (opened) // a machine may have no IPv6
    CHECK(opened->address() == "[::1]:" + std::to_string(opened->port()));
}

TEST_CASE("A unix-domain socket is its owner's alone, and its file goes with it") {
  const hearth::testing::temporary_directory directory;
  const auto path = directory.path() + "/socket";
  {
    auto opened = listening_socket::unix_domain(path).value();
    CHECK(opened.address() == path);
    CHECK(opened.port() == 0);
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    http_client::unix_domain(path);
    const auto moved = std::move(opened);
    CHECK(moved.number() >= 0);
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("A unix-domain socket that a process listens at is busy; one that was left behind is replaced") {
  const hearth::testing::temporary_directory directory;
  const auto path = directory.path() + "/socket", left = directory.path() + "/left";
  const auto first = listening_socket::unix_domain(path).value();
  CHECK(listening_socket::unix_domain(path).code() == errc::busy);
  http_client::unix_domain(path); // the first still listens
  {
    const auto dying = listening_socket::unix_domain(left).value();
    fs::create_hard_link(left, left + "2"); // stays when the socket is closed, as if the process had died
  }
  const auto next = listening_socket::unix_domain(left + "2");
  REQUIRE(next);
  http_client::unix_domain(left + "2");
}

TEST_CASE("What is no socket is never replaced") {
  const hearth::testing::temporary_directory directory;
  const auto path = directory.path() + "/file", link = directory.path() + "/link";
  std::ofstream{path} << "of someone else";
  fs::create_symlink(directory.path() + "/nowhere", link);
  fs::create_directory(directory.path() + "/folder");
  for (const auto& found : {path, link, directory.path() + "/folder"}) {
    const auto refused = listening_socket::unix_domain(found);
    REQUIRE_FALSE(refused);
    INFO(refused.error().context);
    CHECK(refused.code() == errc::invalid_argument);
  }
  CHECK(fs::file_size(path) == 15);
  CHECK(fs::is_symlink(link));
  CHECK(listening_socket::unix_domain(directory.path() + "/no/socket").code() == errc::not_found);
  CHECK(listening_socket::unix_domain(directory.path() + "/" + std::string(108, 'x')).code() == errc::invalid_argument);
}

TEST_CASE("A file that has taken the name of a socket stays when the socket is closed") {
  const hearth::testing::temporary_directory directory;
  const auto path = directory.path() + "/socket";
  {
    const auto opened = listening_socket::unix_domain(path).value();
    fs::rename(path, path + ".moved");
    std::ofstream{path} << "another";
  }
  CHECK(fs::exists(path));
}
