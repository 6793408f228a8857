#pragma once

#include "storage/io/file_system.hpp"
#include "storage/memory/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace hearth::storage {

/// Read size of a `segment_window`, in bytes: large enough for the full speed of a disk.
inline constexpr std::uint64_t segment_window_bytes = 4ull << 20;

/// Moving window over a file: nearby bytes are read in large pieces, whatever the size of the requests. Threads: one
/// owner.
class segment_window {
public:
  /// Opens the file, bypassing the page cache if its file system allows that. `limit`: as the member function. Errors:
  /// not_found, io, invalid_argument, no_memory.
  [[nodiscard]] static result<segment_window> open(file_system& files, const std::string& path, std::uint64_t limit,
                                                   caching cache = caching::direct);

  /// Returns 1 to `most` bytes at `offset`, as far as the window reaches; none at the end of the file or at the limit.
  /// Valid until the next call. Pre: `offset` is a multiple of a page. Errors: io (these bytes cannot be read; if a
  /// larger read fails, only the requested pages are read), no_memory.
  [[nodiscard]] result<std::span<const std::byte>> at(std::uint64_t offset, std::uint64_t most);

  /// Computes the checksum of `bytes` bytes from `offset`, of any length. Errors: as `at`; corrupt (the file ends
  /// earlier).
  [[nodiscard]] result<std::uint64_t> checksum_of(std::uint64_t offset, std::uint64_t bytes);

  /// Sets the end of reading: nothing is read from `end` on. Pre: a multiple of a page.
  void limit(std::uint64_t end) noexcept { limit_ = end; }

  /// Sets a listener that gets the number of bytes after each read of the disk.
  void on_read(std::function<void(std::uint64_t)> listener) { on_read_ = std::move(listener); }

  [[nodiscard]] file& opened() noexcept { return *opened_; }

private:
  segment_window(std::unique_ptr<file> opened, mutable_buffer memory, std::string path, std::uint64_t limit)
      : opened_(std::move(opened)), memory_(std::move(memory)), path_(std::move(path)), limit_(limit) {}

  std::unique_ptr<file> opened_;
  mutable_buffer memory_;
  std::string path_;
  std::function<void(std::uint64_t)> on_read_;
  std::uint64_t limit_;
  std::uint64_t start_ = 0; ///< start of the window in the file
  std::uint64_t filled_ = 0;
};

} // namespace hearth::storage
