#include "actors/host/admin/tls_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

using namespace hearth;
using storage::errc;
namespace fs = std::filesystem;

namespace {

const std::string pem_certificate = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const std::string pem_key = "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n";

struct written_files {
  written_files() {
    options.certificate_file = directory.path() + "/certificate.pem";
    options.key_file = directory.path() + "/key.pem";
    std::ofstream{options.certificate_file} << pem_certificate;
    std::ofstream{options.key_file} << pem_key;
    fs::permissions(options.key_file, fs::perms::owner_read);
  }

  hearth::testing::temporary_directory directory;
  http_options options;
};

} // namespace

TEST_CASE("Certificate and key are read, also through links") {
  written_files written;
  fs::rename(written.options.key_file, written.directory.path() + "/..data");
  fs::create_symlink("..data", written.options.key_file);
  const auto read = read_tls_files(written.options).value();
  CHECK(read.certificate == pem_certificate);
  CHECK(read.key == pem_key);
  CHECK_FALSE(read.key_is_public);
  fs::permissions(written.directory.path() + "/..data", fs::perms::others_read, fs::perm_options::add);
  CHECK(read_tls_files(written.options).value().key_is_public);
  CHECK(read_tls_files({}).value().key.empty());
}

TEST_CASE("A file that is missing, or holds something else, is refused, and the error names its setting") {
  written_files written;
  auto& options = written.options;
  const auto refused = [&](errc code, const std::string& field) {
    const auto read = read_tls_files(options);
    REQUIRE_FALSE(read);
    INFO(read.error().context);
    CHECK(read.code() == code);
    CHECK(read.error().context.starts_with(field + ": "));
  };
  std::swap(options.certificate_file, options.key_file);
  refused(errc::invalid_argument, "certificate_file");
  std::swap(options.certificate_file, options.key_file);
  std::ofstream{options.certificate_file} << pem_certificate << std::string(1, '\0');
  refused(errc::invalid_argument, "certificate_file");
  std::ofstream{options.certificate_file} << pem_certificate << std::string(1u << 20, ' ');
  refused(errc::too_large, "certificate_file");
  std::ofstream{options.certificate_file} << pem_certificate;
  options.key_file = written.directory.path();
  refused(errc::invalid_argument, "key_file");
  options.key_file += "/missing";
  refused(errc::not_found, "key_file");
}
