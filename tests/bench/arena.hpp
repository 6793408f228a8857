#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth::bench {

/// Memory as O_DIRECT likes it best: 2 MiB-aligned, on huge pages where the system has them, and touched, so that no
/// measured call meets its first touch. Move-only. Threads: any; the bytes are the users' affair.
class arena {
public:
  arena() noexcept = default;
  /// `bytes` rounded up to 2 MiB. Errors: no_memory.
  [[nodiscard]] static storage::result<arena> make(std::uint64_t bytes);

  arena(arena&& other) noexcept;
  arena& operator=(arena&& other) noexcept;
  ~arena();

  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }

private:
  std::span<std::byte> mapped_; ///< what the system gave
  std::span<std::byte> bytes_;  ///< the aligned part of it
};

} // namespace hearth::bench
