#include "tests/bench/arena.hpp"

#include <string>
#include <utility>

#include <sys/mman.h>

namespace hearth::bench {

namespace {

constexpr std::uint64_t huge_page = 2ull << 20;

} // namespace

storage::result<arena> arena::make(std::uint64_t bytes) {
  const auto wanted = (bytes + huge_page - 1) / huge_page * huge_page;
  const auto mapped_bytes = wanted + huge_page;
  void* start = ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED)
    return storage::failure{storage::errc::no_memory, "an arena of " + std::to_string(wanted) +
                                                          " bytes could not be mapped; choose smaller --sizes"};
  arena made;
  made.mapped_ = {static_cast<std::byte*>(start), mapped_bytes};
  const auto address = reinterpret_cast<std::uintptr_t>(start);
  made.bytes_ = made.mapped_.subspan((huge_page - address % huge_page) % huge_page, wanted);
  static_cast<void>(::madvise(made.bytes_.data(), wanted, MADV_HUGEPAGE)); // without huge pages it is only slower
  for (std::uint64_t at = 0; at < wanted; at += 4096)
    made.bytes_[at] = std::byte{1};
  return made;
}

arena::arena(arena&& other) noexcept
    : mapped_(std::exchange(other.mapped_, {})), bytes_(std::exchange(other.bytes_, {})) {}

arena& arena::operator=(arena&& other) noexcept {
  std::swap(mapped_, other.mapped_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

arena::~arena() {
  if (!mapped_.empty())
    ::munmap(mapped_.data(), mapped_.size());
}

} // namespace hearth::bench
