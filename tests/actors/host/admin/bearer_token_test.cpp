#include "actors/host/admin/bearer_token.hpp"

#include "actors/host/program/temporary_directory.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

using hearth::bearer_token;
using hearth::storage::errc;

namespace {

struct token_file {
  hearth::temporary_directory place = hearth::temporary_directory::make().value();
  std::string path = place.path() + "/token";

  /// Writes the file and reads the token.
  hearth::storage::result<bearer_token> with(const std::string& text, ::mode_t mode = 0600) const {
    std::filesystem::remove(path);
    std::ofstream{path} << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    return bearer_token::read(path);
  }
};

const std::string token = "0123456789abcdef";

} // namespace

TEST_CASE("The token in the first line admits whoever sends it, and nobody else") {
  const token_file file;
  for (const auto& text : {token, token + "\n", token + "\r\nsecond line"}) {
    const auto read = file.with(text);
    REQUIRE(read.ok());
    CHECK(read->admits("Bearer " + token));
    CHECK(read->admits("bearer " + token)); // the scheme's case does not matter, RFC 9110
    CHECK_FALSE(read->admits("Bearer " + token + "0"));
    CHECK_FALSE(read->admits("Bearer 0123456789abcdeF"));
    CHECK_FALSE(read->admits("Bearer "));
    CHECK_FALSE(read->admits("Basic " + token));
    CHECK_FALSE(read->admits(token));
    CHECK_FALSE(read->admits(""));
  }
}

TEST_CASE("A token file that others may read is refused, with what to do") {
  const token_file file;
  for (const ::mode_t mode : {0640u, 0604u, 0620u, 0666u}) {
    const auto read = file.with(token, mode);
    CHECK(read.code() == errc::invalid_argument);
    CHECK(read.error().context.find("chmod 600") != std::string::npos);
  }
  CHECK(file.with(token, 0400).ok());
}

TEST_CASE("A token that is short, long, or has spaces is refused, and the message does not contain it") {
  const token_file file;
  for (const auto& text : {std::string{}, std::string{"\n" + token}, std::string{"0123456789abcde"},
                           std::string(513, 'x'), std::string{"secret secret secret"}, std::string(20, '\0')}) {
    const auto read = file.with(text);
    CHECK(read.code() == errc::invalid_argument);
    CHECK(read.error().context.find("token_file: " + file.path) == 0);
    CHECK(read.error().context.find("secret") == std::string::npos);
  }
}

TEST_CASE("A token file that is missing, or is no file, is refused and stays") {
  const token_file file;
  CHECK(bearer_token::read(file.path).code() == errc::not_found);
  CHECK(bearer_token::read(file.place.path()).code() == errc::invalid_argument);
  REQUIRE(::mkfifo(file.path.c_str(), 0600) == 0);
  CHECK(bearer_token::read(file.path).code() == errc::invalid_argument); // and does not wait for a writer
  CHECK(std::filesystem::exists(file.path));
}
