#include "storage/memory/memory_source.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include <sys/mman.h>
#include <sys/resource.h>

namespace hearth::storage {

namespace {

constexpr std::size_t page_bytes_min = 4096; ///< the smallest page size; larger pages are touched more than once

failure refused(std::size_t size_bytes, int error) {
  return {errc::no_memory, "a region of " + std::to_string(size_bytes) +
                               " bytes could not be mapped: " + std::generic_category().message(error)};
}

std::byte* map(std::size_t bytes) noexcept {
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapped == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapped);
}

void give_back(std::byte* at, std::size_t bytes) noexcept {
  // The system refuses an unmap that splits a mapping while the process has the maximum number of mappings. The pages
  // at least are returned then.
  if (bytes > 0 && ::munmap(at, bytes) != 0)
    ::madvise(at, bytes, MADV_DONTNEED);
}

std::size_t beyond_alignment(const std::byte* at) noexcept {
  return reinterpret_cast<std::uintptr_t>(at) % huge_page_alignment;
}

/// Maps an aligned range; nullptr, with errno, if there is no room in the address space.
std::byte* map_aligned(std::size_t bytes) noexcept {
  // First without spare bytes, because a limit on address space may leave no room for them. Since Linux 6.7, the result
  // is aligned if `bytes` is a multiple of a huge page.
  std::byte* at = map(bytes);
  if (at == nullptr || beyond_alignment(at) == 0)
    return at;
  give_back(at, bytes);
  at = map(bytes + huge_page_alignment);
  if (at == nullptr)
    return nullptr;
  const std::size_t before = (huge_page_alignment - beyond_alignment(at)) % huge_page_alignment;
  give_back(at, before);
  give_back(at + before + bytes, huge_page_alignment - before);
  return at + before;
}

/// Minor page faults of this thread so far. A populated page counts as one fault, whether small or huge.
long faults() noexcept {
  rusage usage{};
  return ::getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_minflt : 0;
}

/// Populates all pages; false, with errno, if there is not enough memory.
bool touch(std::byte* at, std::size_t bytes) noexcept {
#ifdef MADV_POPULATE_WRITE
  if (::madvise(at, bytes, MADV_POPULATE_WRITE) == 0)
    return true;
  if (errno == ENOMEM || errno == EFAULT)
    return false;
#endif
  for (std::size_t offset = 0; offset < bytes; offset += page_bytes_min)
    *const_cast<volatile std::byte*>(at + offset) = std::byte{0};
  return true;
}

/// Touches all pages. Returns the bytes found on huge pages; nothing, with errno, if there is not enough memory.
std::optional<std::size_t> touch_counting(std::byte* at, std::size_t size_bytes) noexcept {
  std::size_t huge_bytes = 0;
  for (std::size_t offset = 0; offset < size_bytes; offset += huge_page_alignment) {
    const auto faults_before = faults();
    const auto bytes = std::min(huge_page_alignment, size_bytes - offset);
    if (!touch(at + offset, bytes))
      return std::nullopt;
    if (bytes == huge_page_alignment && faults() - faults_before == 1)
      huge_bytes += bytes;
  }
  return huge_bytes;
}

class anonymous_memory final : public memory_source {
public:
  result<region> map(std::size_t size_bytes) override {
    assert(size_bytes > 0 && size_bytes % page_bytes_min == 0);
    auto* const at = map_aligned(size_bytes);
    if (at == nullptr)
      return refused(size_bytes, errno);
#ifdef MADV_HUGEPAGE
    ::madvise(at, size_bytes, MADV_HUGEPAGE); // a kernel without huge pages refuses: small pages work as well
#endif
    const auto huge_bytes = touch_counting(at, size_bytes);
    if (!huge_bytes) {
      const int error = errno;
      give_back(at, size_bytes);
      return refused(size_bytes, error);
    }
    return region{at, *huge_bytes};
  }

  void unmap(std::byte* bytes, std::size_t size_bytes) noexcept override { give_back(bytes, size_bytes); }
};

class memory_lock_watcher final : public memory_watcher {
public:
  result<void> arrives(std::span<std::byte> region) override {
    if (::mlock(region.data(), region.size()) == 0)
      return {};
    const int error = errno;
    rlimit limit{};
    const bool limited = ::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return {errc::no_memory, "mlock of " + std::to_string(region.size()) +
                                 " bytes: " + std::generic_category().message(error) +
                                 (limited ? ": this process may lock " + std::to_string(limit.rlim_cur) +
                                                " bytes in all: raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=)"
                                          : "")};
  }

  void leaves(std::span<std::byte> region) noexcept override { ::munlock(region.data(), region.size()); }
};

} // namespace

std::shared_ptr<memory_source> system_memory() {
  static const auto source = std::make_shared<anonymous_memory>();
  return source;
}

std::shared_ptr<memory_watcher> make_memory_lock() { return std::make_shared<memory_lock_watcher>(); }

} // namespace hearth::storage
