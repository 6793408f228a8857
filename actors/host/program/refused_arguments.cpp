#include "actors/host/program/refused_arguments.hpp"

#include <algorithm>

namespace hearth {

storage::failure refused_arguments(std::string what, std::string_view command) {
  std::replace(what.begin(), what.end(), '\n', ' ');
  what.erase(what.find_last_not_of(' ') + 1);
  return {storage::errc::invalid_argument, what + " (see hearth " + std::string{command} + " --help)"};
}

} // namespace hearth
