#include "storage/io/io_uring.hpp"

#include <string>

namespace hearth::storage {

namespace {

result<void> in_range(const char* field, std::size_t value, std::size_t most) {
  if (value >= 1 && value <= most)
    return {};
  return {errc::invalid_argument,
          std::string{"io_uring: "} + field + " is " + std::to_string(value) + ", must be 1.." + std::to_string(most)};
}

} // namespace

result<void> io_uring_config::validate() const {
  if (auto checked = in_range("reads_max", reads_max, 1024); !checked)
    return checked;
  if (auto checked = in_range("writes_max", writes_max, 1024); !checked)
    return checked;
  if (auto checked = in_range("writes_beside_reads", writes_beside_reads, writes_max); !checked)
    return checked;
  return in_range("threads", threads, 64);
}

} // namespace hearth::storage
