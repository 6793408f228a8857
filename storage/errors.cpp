#include "storage/errors.hpp"

#include <cstdio>
#include <cstdlib>

namespace hearth::storage {

std::string_view to_string(errc code) noexcept {
  switch (code) {
  case errc::none: return "none";
  case errc::not_found: return "not_found";
  case errc::overloaded: return "overloaded";
  case errc::corrupt: return "corrupt";
  case errc::io: return "io";
  case errc::closed: return "closed";
  case errc::too_large: return "too_large";
  case errc::conflict: return "conflict";
  case errc::no_space: return "no_space";
  case errc::timeout: return "timeout";
  case errc::invalid_argument: return "invalid_argument";
  case errc::busy: return "busy";
  case errc::unsupported: return "unsupported";
  case errc::no_memory: return "no_memory";
  case errc::orphan: return "orphan";
  }
  return "unknown";
}

std::string to_string(const failure& error) {
  std::string text{to_string(error.code)};
  if (!error.context.empty())
    text.append(": ").append(error.context);
  return text;
}

void no_value(const failure& error) noexcept {
  std::fprintf(stderr, "hearth: value() of a result that failed: %s\n", to_string(error).c_str());
  std::abort();
}

} // namespace hearth::storage
