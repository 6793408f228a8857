#include "actors/host/program/admin_client.hpp"

#include "stats/json_reader.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <exception>
#include <fstream>
#include <utility>

namespace hearth {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

constexpr std::size_t answer_bytes_max = 64u << 20;
constexpr long patience_ms = 5'000;
constexpr std::string_view socket_scheme = "unix:";

/// libcurl's own state of the process, set up once.
bool curl_is_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

/// Appends a piece of the answer; returning less than its length ends the transfer.
std::size_t take_piece(char* piece, std::size_t size, std::size_t count, void* into) {
  auto& text = *static_cast<std::string*>(into);
  if (text.size() + size * count > answer_bytes_max)
    return 0;
  try {
    text.append(piece, size * count);
  } catch (const std::exception&) { // no exception may pass through C
    return 0;
  }
  return size * count;
}

/// What the server said about a refused request.
std::string message_in(const std::string& body) {
  stats::json_reader json{body};
  std::string message;
  if (json.has("error"))
    json.text("error", message);
  return message.empty() ? body.substr(0, 200) : message;
}

} // namespace

class admin_client::impl {
public:
  impl() = default;
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    curl_slist_free_all(headers_);
    curl_easy_cleanup(curl_);
  }

  result<void> set_up(const admin_address& where) {
    curl_ = curl_is_ready() ? curl_easy_init() : nullptr;
    if (curl_ == nullptr)
      return failure{errc::no_memory, "libcurl cannot be initialised"};
    base_ = where.url;
    if (base_.rfind(socket_scheme, 0) == 0) {
      curl_easy_setopt(curl_, CURLOPT_UNIX_SOCKET_PATH, base_.c_str() + socket_scheme.size());
      base_ = "http://localhost";
    } else if (base_.rfind("http://", 0) != 0 && base_.rfind("https://", 0) != 0) {
      return failure{errc::invalid_argument,
                     "URL: expected http://ADDRESS:PORT, https://ADDRESS:PORT or unix:FILE, found " + where.url};
    }
    while (!base_.empty() && base_.back() == '/')
      base_.pop_back();
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_NOPROXY, "*"); // an admin server is on this machine or in its network
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, patience_ms);
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, take_piece);
    if (!where.ca_file.empty())
      curl_easy_setopt(curl_, CURLOPT_CAINFO, where.ca_file.c_str());
    return where.token_file.empty() ? result<void>{} : add_token(where.token_file);
  }

  result<std::string> get(const std::string& path) {
    std::string body;
    const auto url = base_ + path;
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &body);
    const auto ended = curl_easy_perform(curl_);
    if (ended == CURLE_WRITE_ERROR)
      return failure{errc::too_large, url + ": the answer is larger than 64 MiB"};
    if (ended != CURLE_OK)
      return failure{ended == CURLE_OPERATION_TIMEDOUT ? errc::timeout : errc::io,
                     url + ": " + curl_easy_strerror(ended) + ": is the admin server running there?"};
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299)
      return failure{errc::io, url + ": status " + std::to_string(status) + ": " + message_in(body)};
    return body;
  }

  std::string escaped(const std::string& text) {
    char* const made = curl_easy_escape(curl_, text.c_str(), static_cast<int>(text.size()));
    std::string copy = made == nullptr ? "" : made;
    curl_free(made);
    return copy;
  }

private:
  result<void> add_token(const std::string& path) {
    std::ifstream file{path};
    std::string token;
    if (!std::getline(file, token) || token.empty())
      return failure{file.is_open() ? errc::invalid_argument : errc::not_found,
                     "--token-file: " + path + ": expected a token in the first line"};
    headers_ = curl_slist_append(headers_, ("Authorization: Bearer " + token).c_str());
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
    return {};
  }

  CURL* curl_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::string base_;
};

result<admin_client> admin_client::open(const admin_address& where) {
  auto state = std::make_unique<impl>();
  if (const auto ready = state->set_up(where); !ready)
    return ready.error();
  return admin_client{std::move(state)};
}

admin_client::admin_client(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
admin_client::admin_client(admin_client&&) noexcept = default;
admin_client& admin_client::operator=(admin_client&&) noexcept = default;
admin_client::~admin_client() = default;

result<std::string> admin_client::get(const std::string& path) { return impl_->get(path); }
std::string admin_client::escaped(const std::string& text) { return impl_->escaped(text); }

} // namespace hearth
