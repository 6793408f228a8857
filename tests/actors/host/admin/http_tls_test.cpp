// An HTTP server with TLS, and clients that use OpenSSL.
#include "actors/host/admin/http_server.hpp"

#include "tests/actors/host/admin/http_client.hpp"
#include "tests/actors/host/admin/served.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;
using storage::errc;

namespace {

template <class T>
using owned = std::unique_ptr<T, void (*)(T*)>;

/// A new key and a certificate for it, which it signed itself, as PEM files.
struct made_certificate {
  made_certificate() {
    const owned<EVP_PKEY> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    const owned<X509> certificate{X509_new(), &X509_free};
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("here"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    options = patient();
    options.certificate_file = directory.path() + "/certificate.pem";
    options.key_file = directory.path() + "/key.pem";
    const auto closing = [](std::FILE* file) { std::fclose(file); };
    const owned<std::FILE> certificate_file{std::fopen(options.certificate_file.c_str(), "w"), closing};
    const owned<std::FILE> key_file{std::fopen(options.key_file.c_str(), "w"), closing};
    PEM_write_X509(certificate_file.get(), certificate.get());
    PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::filesystem::permissions(options.key_file, std::filesystem::perms::owner_read);
  }

  hearth::testing::temporary_directory directory;
  http_options options; ///< of a server with this certificate
};

/// A TLS connection. Without a check of the certificate: that is the matter of real clients.
class tls_client {
public:
  explicit tls_client(std::uint16_t port, int version_max = TLS1_3_VERSION) : client_(http_client::tcp(port)) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    SSL_CTX_set_security_level(context_.get(), 0);
    session_.reset(SSL_new(context_.get()));
    SSL_set_fd(session_.get(), client_.socket());
    connected_ = SSL_connect(session_.get()) == 1;
  }

  [[nodiscard]] bool connected() const noexcept { return connected_; }
  [[nodiscard]] http_client& socket() noexcept { return client_; }
  bool send(std::string_view text) { return SSL_write(session_.get(), text.data(), static_cast<int>(text.size())) > 0; }

  /// Reads until `end` was read, or the connection ends.
  std::string read_until(std::string_view end) {
    std::string text;
    char bytes[16384];
    for (int got = 1; got > 0 && !text.ends_with(end); text.append(bytes, static_cast<std::size_t>(std::max(got, 0))))
      got = SSL_read(session_.get(), bytes, sizeof bytes);
    return text;
  }

private:
  owned<SSL_CTX> context_{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  http_client client_;
  owned<SSL> session_{nullptr, &SSL_free};
  bool connected_ = false;
};

const std::string request = "GET /secret HTTP/1.1\r\nHost: here\r\n\r\n";

} // namespace

TEST_CASE("Requests and answers are encrypted, with TLS 1.2 and 1.3 and no older version") {
  const made_certificate made;
  const auto server = serve(made.options);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_client client{server->port(), version};
    REQUIRE(client.connected());
    for (int i = 0; i < 3; ++i) {
      client.send(request);
      CHECK(client.read_until("body=\n").find("path=/secret\n") != std::string::npos);
    }
    client.send("POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 50000\r\n\r\n" + std::string(50'000, 'b'));
    CHECK(client.read_until("b\n").ends_with("body=" + std::string(50'000, 'b') + "\n"));
  }
  CHECK_FALSE(tls_client{server->port(), TLS1_1_VERSION}.connected());
}

TEST_CASE("With TLS, an answer may come later") {
  const made_certificate made;
  held_requests held;
  const auto server = serve(made.options, held.handler());
  tls_client client{server->port()};
  client.send(request);
  held.next().respond({.body = std::string(4u << 20, 'x') + "end"});
  CHECK(client.read_until("end").size() > 4u << 20);
}

TEST_CASE("A client without TLS, or with nonsense, is closed, and the server goes on") {
  const made_certificate made;
  const auto server = serve(made.options);
  for (const auto& text : {request, std::string(70'000, '\x16'), std::string("\x16\x03\x01\xff\xff"), std::string()}) {
    auto client = http_client::tcp(server->port());
    client.send(text);
    client.finish();
    CHECK(client.read_all().find("HTTP") == std::string::npos);
    tls_client good{server->port()};
    good.send(request);
    CHECK(good.read_until("body=\n").starts_with("HTTP/1.1 200 "));
  }
}

TEST_CASE("With TLS, a chunked body that is too large is answered 413") {
  const made_certificate made;
  const auto server = serve(made.options);
  tls_client client{server->port()};
  client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 9; ++i)
    client.send("2000\r\n" + std::string(0x2000, 'a') + "\r\n");
  client.send("0\r\n\r\n");
  CHECK(client.read_until("large.\n").starts_with("HTTP/1.1 413 "));
}

TEST_CASE("A handshake or a request that does not arrive in time ends a connection with TLS") {
  made_certificate made;
  made.options.request_deadline = 50ms;
  const auto server = serve(made.options);
  auto silent = http_client::tcp(server->port());
  CHECK(silent.read_all().empty());
  tls_client client{server->port()};
  if (client.connected()) // a slow machine may miss 50 ms
    client.send("GET / HTTP/1.1\r\n");
  CHECK(client.read_until("never").find("HTTP/1.1 200") == std::string::npos);
}

TEST_CASE("With TLS, a server ends with connections in every state") {
  const made_certificate made;
  held_requests held;
  auto server = serve(made.options, held.handler());
  auto silent = http_client::tcp(server->port());
  tls_client waiting{server->port()}, reading{server->port()};
  reading.send(request);
  held.next().respond({.body = std::string(64u << 20, 'x')});
  waiting.send(request);
  const auto late = held.next();
  server.reset();
  CHECK(silent.read_all().empty());
  CHECK(waiting.read_until("never").empty());
  CHECK(reading.read_until("never").size() < 64u << 20);
  late.respond({});
}

TEST_CASE("A key of another certificate, or none, is refused with the files and the reason") {
  made_certificate made, other;
  const auto before = open_descriptors();
  made.options.key_file = other.options.key_file;
  for (int i = 0; i < 2; ++i) {
    const auto refused = http_server::open(made.options, echo);
    REQUIRE_FALSE(refused);
    INFO(refused.error().context);
    CHECK(refused.code() == errc::invalid_argument);
    CHECK(refused.error().context.find(made.options.certificate_file) != std::string::npos);
    CHECK(refused.error().context.find(made.options.key_file) != std::string::npos);
    CHECK(refused.error().context.find("GnuTLS") != std::string::npos);
    made.options.key_file = other.directory.path() + "/none.pem";
    std::ofstream{made.options.key_file} << "-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----\n";
    std::filesystem::permissions(made.options.key_file, std::filesystem::perms::owner_read);
  }
  CHECK(open_descriptors() == before);
}
