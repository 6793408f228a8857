#include "storage/segments/segment_shape.hpp"

#include "storage/segments/segment_index.hpp"

namespace hearth::storage {

std::uint64_t segment_shape::charge() const noexcept {
  const auto index = segment_index_bytes(records_max);
  return bytes > ~std::uint64_t{0} - index ? ~std::uint64_t{0} : bytes + index;
}

} // namespace hearth::storage
