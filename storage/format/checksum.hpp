#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

struct XXH3_state_s;

namespace hearth::storage {

/// XXH3, 64 bits, seed 0 (github.com/Cyan4973/xxHash): detects damage, not forgery. Threads: any. Errors: none.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

/// The same for bytes that arrive piece by piece. Threads: one owner. Errors: std::bad_alloc in the constructor.
class running_checksum {
public:
  running_checksum();
  running_checksum(const running_checksum&) = delete;
  running_checksum& operator=(const running_checksum&) = delete;
  ~running_checksum();

  void add(std::span<const std::byte> bytes) noexcept;

  /// Checksum of all bytes so far.
  [[nodiscard]] std::uint64_t value() const noexcept;

private:
  XXH3_state_s* state_;
};

} // namespace hearth::storage
