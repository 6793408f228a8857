// This file has only this function. A stress program defines the function itself, to run the pool under sanitizers, and
// is then linked without this file.
#include "storage/memory/buffer_pool.hpp"

namespace hearth::storage {

bool buffers_are_pooled() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
  return false;
#else
  return true;
#endif
#else
  return true;
#endif
}

} // namespace hearth::storage
