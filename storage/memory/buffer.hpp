#pragma once

#include "storage/errors.hpp"

#include <atomic>
#include <cstddef>
#include <span>
#include <utility>

namespace hearth::storage {

/// Alignment of every buffer, and the unit of its capacity, in bytes. O_DIRECT needs this alignment.
inline constexpr std::size_t buffer_alignment = 4096;

namespace detail {
/// Shared state of all owners of the same bytes. The derived `buffer_memory` (buffer.cpp) adds the location of the
/// bytes.
struct buffer_owners {
  std::atomic<std::size_t> count{1};
  std::size_t size = 0; ///< bytes
};

/// Frees the memory. Pre: `memory` has no owner any more.
void free_memory(buffer_owners* memory) noexcept;

inline void release(buffer_owners* memory) noexcept {
  if (memory != nullptr && memory->count.fetch_sub(1, std::memory_order_acq_rel) == 1)
    free_memory(memory);
}
} // namespace detail

/// Shared, immutable bytes. A copy shares the memory (one atomic increment); the last owner frees it. Invariant: the
/// bytes never change once a `buffer` exists. Threads: any number of owners on any threads; one `buffer` object belongs
/// to one thread at a time.
class buffer {
public:
  buffer() noexcept = default; ///< empty: no memory, size 0
  buffer(const buffer& other) noexcept : memory_(other.memory_) {
    if (memory_ != nullptr)
      memory_->count.fetch_add(1, std::memory_order_relaxed);
  }
  buffer(buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
  buffer& operator=(buffer other) noexcept {
    std::swap(memory_, other.memory_);
    return *this;
  }
  ~buffer() { detail::release(memory_); }

  /// The payload: `size()` bytes, aligned to `buffer_alignment`. Valid as long as any owner lives.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept;

  /// The payload and the zero padding after it, up to a multiple of `buffer_alignment`: the range for an aligned write.
  [[nodiscard]] std::span<const std::byte> padded_bytes() const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return memory_ != nullptr ? memory_->size : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Copies `bytes` into a new buffer. Errors: no_memory.
  [[nodiscard]] static result<buffer> copy_of(std::span<const std::byte> bytes);

private:
  friend class mutable_buffer;
  explicit buffer(detail::buffer_owners* memory) noexcept : memory_(memory) {}

  detail::buffer_owners* memory_ = nullptr;
};

/// The single owner of new bytes until `publish`. Move-only. Threads: one owner.
class mutable_buffer {
public:
  /// Allocates `size` uninitialised bytes, followed by zero padding. Errors: no_memory.
  [[nodiscard]] static result<mutable_buffer> allocate(std::size_t size);

  mutable_buffer(mutable_buffer&& other) noexcept;
  mutable_buffer& operator=(mutable_buffer&& other) noexcept;
  ~mutable_buffer();

  /// The bytes to fill, aligned to `buffer_alignment`.
  [[nodiscard]] std::span<std::byte> bytes() noexcept;

  /// `bytes()` and the padding up to a multiple of `buffer_alignment`: the range for an aligned read into this buffer.
  [[nodiscard]] std::span<std::byte> padded_bytes() noexcept;

  /// Converts to an immutable buffer without a copy. After: this object is empty and may only be destroyed or assigned.
  [[nodiscard]] buffer publish() && noexcept;

private:
  explicit mutable_buffer(detail::buffer_owners* memory) noexcept : memory_(memory) {}

  detail::buffer_owners* memory_ = nullptr;
};

} // namespace hearth::storage
