#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <span>

namespace hearth::storage {

/// Alignment of every buffer and unit of its capacity, in bytes: what O_DIRECT asks for.
inline constexpr std::size_t buffer_alignment = 4096;

namespace detail {
struct buffer_memory;
}

/// Shared, immutable bytes. A copy shares the memory (one atomic increment); the last owner frees it.
/// Invariant: the bytes never change once a `buffer` exists. Threads: any number of owners on any threads; one
/// `buffer` object belongs to one thread at a time.
class buffer {
public:
  buffer() noexcept = default; ///< empty: no memory, size 0
  buffer(const buffer& other) noexcept;
  buffer(buffer&& other) noexcept;
  buffer& operator=(buffer other) noexcept;
  ~buffer();

  /// `size()` bytes, aligned to `buffer_alignment`; valid as long as any owner lives.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept;

  /// `bytes()` and the zeroes behind them up to a multiple of `buffer_alignment`: what an aligned write may send.
  [[nodiscard]] std::span<const std::byte> padded_bytes() const noexcept;

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  /// Copies `bytes` into a new buffer. Errors: no_memory.
  [[nodiscard]] static result<buffer> copy_of(std::span<const std::byte> bytes);

private:
  friend class mutable_buffer;
  explicit buffer(detail::buffer_memory* memory) noexcept : memory_(memory) {}

  detail::buffer_memory* memory_ = nullptr;
};

/// The one owner of fresh bytes, until it publishes them. Move-only. Threads: one owner.
class mutable_buffer {
public:
  /// `size` uninitialised bytes; the padding behind them is zero. Errors: no_memory.
  [[nodiscard]] static result<mutable_buffer> allocate(std::size_t size);

  mutable_buffer(mutable_buffer&& other) noexcept;
  mutable_buffer& operator=(mutable_buffer&& other) noexcept;
  ~mutable_buffer();

  /// The bytes to fill, aligned to `buffer_alignment`.
  [[nodiscard]] std::span<std::byte> bytes() noexcept;

  /// `bytes()` and the padding up to a multiple of `buffer_alignment`, for aligned reads into this buffer.
  [[nodiscard]] std::span<std::byte> padded_bytes() noexcept;

  /// Hands the bytes over as immutable. No copy. After: this object is empty and may only be destroyed or assigned.
  [[nodiscard]] buffer publish() && noexcept;

private:
  explicit mutable_buffer(detail::buffer_memory* memory) noexcept : memory_(memory) {}

  detail::buffer_memory* memory_ = nullptr;
};

} // namespace hearth::storage
