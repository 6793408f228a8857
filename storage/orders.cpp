#include "storage/orders.hpp"

#include "storage/names.hpp"

namespace hearth::storage {

std::string_view to_string(eviction_order order) noexcept {
  switch (order) {
  case eviction_order::lru: return "lru";
  case eviction_order::s3_fifo: return "s3-fifo";
  case eviction_order::w_tinylfu: return "w-tinylfu";
  case eviction_order::conversation: return "conversation";
  }
  return "unknown";
}

std::string_view to_string(reclaim_order order) noexcept {
  switch (order) {
  case reclaim_order::fifo: return "fifo";
  case reclaim_order::least_useful: return "least_useful";
  }
  return "unknown";
}

result<eviction_order> eviction_order_from_string(std::string_view name) { return named_one_of(eviction_orders, name); }

result<reclaim_order> reclaim_order_from_string(std::string_view name) { return named_one_of(reclaim_orders, name); }

} // namespace hearth::storage
