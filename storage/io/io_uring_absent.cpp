#include "storage/io/io_uring.hpp"

// Replaces io_uring_engine.cpp if liburing is not installed.

namespace hearth::storage {

result<std::shared_ptr<io_engine>> make_io_uring(const io_uring_config& config) {
  if (auto checked = config.validate(); !checked)
    return checked.error();
  return {errc::unsupported, "io_uring: built without liburing (to have it: install liburing-dev, then build again)"};
}

} // namespace hearth::storage
