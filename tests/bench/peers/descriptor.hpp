#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace hearth::bench {

/// Owns a file descriptor.
class descriptor {
public:
  descriptor() noexcept = default;
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

private:
  int number_ = -1;
};

/// Reason why O_DIRECT is not available in `directory`; empty if it is available. Creates and removes a file there.
[[nodiscard]] std::string o_direct_refusal(const std::string& directory);

/// Transfers all of `bytes` at `offset`; continues after short transfers and interruptions. A read past the end of the
/// file is an error. `path` is used in messages only. Errors: io, no_space.
[[nodiscard]] storage::result<void> write_all(int file, std::uint64_t offset, std::span<const std::byte> bytes,
                                              const std::string& path);
[[nodiscard]] storage::result<void> read_all(int file, std::uint64_t offset, std::span<std::byte> bytes,
                                             const std::string& path);

/// Returns "`what`: <the system's text for `error`>".
[[nodiscard]] storage::failure system_failure(const std::string& what, int error);

} // namespace hearth::bench
