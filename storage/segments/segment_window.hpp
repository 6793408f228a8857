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

/// How much of a file a `segment_window` reads at once, in bytes: enough for the speed of a disk.
inline constexpr std::uint64_t segment_window_bytes = 4ull << 20;

/// A file's bytes through a window that moves on, so that what lies close together is read in large pieces, whatever
/// the order of sizes in it. Threads: one owner.
class segment_window {
public:
  /// Opens the file, past the page cache where its file system offers that. `limit`: as the member. Errors: not_found,
  /// io, invalid_argument, no_memory.
  [[nodiscard]] static result<segment_window> open(file_system& files, const std::string& path, std::uint64_t limit,
                                                   caching cache = caching::direct);

  /// What lies at `offset`: 1 to `most` bytes, as far as the window goes; none where the file, or what may be read of
  /// it, ends. Valid until the next call. Pre: `offset` is a multiple of a page. Errors: io (these bytes cannot be
  /// read: what is read along with them is left out first), no_memory.
  [[nodiscard]] result<std::span<const std::byte>> at(std::uint64_t offset, std::uint64_t most);

  /// The checksum of `bytes` from `offset` on, of any length. Errors: as `at`; corrupt (the file ends before).
  [[nodiscard]] result<std::uint64_t> checksum_of(std::uint64_t offset, std::uint64_t bytes);

  /// Nothing is read from `end` on, a multiple of a page.
  void limit(std::uint64_t end) noexcept { limit_ = end; }

  /// Told the number of bytes after each read of the disk.
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
  std::uint64_t start_ = 0; ///< of the window in the file
  std::uint64_t filled_ = 0;
};

} // namespace hearth::storage
