#include "tests/bench/contender.hpp"

#include <cerrno>
#include <numeric>
#include <system_error>

namespace hearth::bench {

std::vector<std::uint64_t> number_range::numbers() const {
  std::vector<std::uint64_t> all(next - oldest);
  std::iota(all.begin(), all.end(), oldest);
  return all;
}

storage::failure system_failure(const std::string& what, int error) {
  const auto code = error == ENOSPC ? storage::errc::no_space : storage::errc::io;
  return {code, what + ": " + std::generic_category().message(error)};
}

} // namespace hearth::bench
