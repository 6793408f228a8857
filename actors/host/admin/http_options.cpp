#include "actors/host/admin/http_options.hpp"

namespace hearth {

namespace {

using storage::errc;
using storage::result;

result<void> within(const char* field, std::uint64_t found, std::uint64_t least, std::uint64_t most) {
  if (found >= least && found <= most)
    return {};
  return {errc::invalid_argument, std::string{field} + ": found " + std::to_string(found) + ", expected " +
                                      std::to_string(least) + ".." + std::to_string(most)};
}

result<void> deadline_within(const char* field, std::chrono::milliseconds found) {
  if (found >= std::chrono::milliseconds{1} && found <= std::chrono::hours{1})
    return {};
  return {errc::invalid_argument,
          std::string{field} + ": found " + std::to_string(found.count()) + " ms, expected 1 ms to 1 hour"};
}

} // namespace

result<void> http_options::validate() const {
  if (certificate_file.empty() != key_file.empty())
    return {errc::invalid_argument, std::string{certificate_file.empty() ? "certificate_file" : "key_file"} +
                                        ": found none, expected one: TLS needs a certificate and its private key"};
  for (auto checked :
       {within("connections_max", connections_max, 1, 1024), within("body_bytes_max", body_bytes_max, 0, 16ull << 20),
        deadline_within("request_deadline", request_deadline), deadline_within("answer_deadline", answer_deadline),
        deadline_within("response_deadline", response_deadline), deadline_within("crowded_deadline", crowded_deadline)})
    if (!checked)
      return checked;
  return {};
}

} // namespace hearth
