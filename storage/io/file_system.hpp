#pragma once

#include "storage/errors.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hearth::storage {

/// An open regular file, closed when destroyed. Threads: any; concurrent transfers of the same bytes may give any
/// mixture of them.
class file {
public:
  virtual ~file() = default;

  /// Reads from `offset` (bytes from the start) into all `parts` in turn, and continues after interrupted and short
  /// reads. Returns the number of bytes read: fewer than requested only at the end of the file. Errors: io, no_memory
  /// (reported by the system).
  [[nodiscard]] virtual result<std::size_t> read(std::uint64_t offset, std::span<const std::span<std::byte>> parts) = 0;
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) {
    return read(offset, std::span<const std::span<std::byte>>{&into, 1});
  }

  /// Writes all `parts` in turn from `offset`, grows the file as needed, and continues after interrupted and short
  /// writes. Errors: io, no_space (some bytes may be written).
  [[nodiscard]] virtual result<void> write(std::uint64_t offset, std::span<const std::span<const std::byte>> parts) = 0;

  /// Preallocates: sets the length to `bytes` and reserves the disk space, so that later writes within this length do
  /// not find the disk full. A file system that cannot reserve space sets only the length. New bytes read as zero. Pre:
  /// `bytes` is at least the present length. Errors: io, no_space (the length may have changed).
  [[nodiscard]] virtual result<void> reserve(std::uint64_t bytes) = 0;

  /// Length in bytes. Errors: io.
  [[nodiscard]] virtual result<std::uint64_t> size() = 0;

  /// Whether transfers bypass the kernel's page cache. Offsets, lengths and memory must then be multiples of
  /// `direct_alignment`.
  [[nodiscard]] virtual bool direct() const noexcept = 0;

  /// Drops the kernel's cached copies of these bytes if they are on disk. A hint; it never fails.
  virtual void forget_cached(std::uint64_t offset, std::uint64_t bytes) noexcept = 0;

  /// File descriptor, for engines that hand transfers to the kernel; -1 if there is none.
  [[nodiscard]] virtual int native_handle() const noexcept = 0;

  /// The path that the file was opened with, for messages to people; the file may have another name by now.
  [[nodiscard]] virtual const std::string& path() const noexcept = 0;

  /// Syncs the file. After: its bytes survive a power cut; its name may need `sync_names` as well. Errors: io,
  /// no_space.
  [[nodiscard]] virtual result<void> sync() = 0;
};

/// Directory lock: while it exists, the directory belongs to this process. Released when destroyed.
class directory_lock {
public:
  virtual ~directory_lock() = default;

  /// Removes the lock's file if this lock created it, so that a failed attempt to open a directory leaves nothing
  /// behind. Errors are ignored. Pre: the caller does nothing else with the directory afterwards.
  virtual void withdraw() = 0;
};

/// A directory that is kept open. Its inode number is then not reused, so another directory at the same path can be
/// detected.
class held_directory {
public:
  virtual ~held_directory() = default;

  /// Checks that the path still leads to the directory that was opened. Errors: not_found (the directory was moved or
  /// removed, or something else was put or mounted in its place; the context says which), io.
  [[nodiscard]] virtual result<void> in_place() const = 0;

  /// Number of the file system that the directory is on.
  [[nodiscard]] virtual std::uint64_t device() const noexcept = 0;
};

enum class entry_kind : std::uint8_t { regular, directory, other };

/// One name in a directory. Symbolic links are `other`; they are never followed.
struct directory_entry {
  std::string name;
  entry_kind kind = entry_kind::other;
  std::uint64_t bytes = 0; ///< length of a regular file
};

enum class open_mode : std::uint8_t {
  read,       ///< must exist, and be a regular file
  read_write, ///< must exist, and be a regular file
  create,     ///< must not exist; readable and writable, mode 0600
};

/// Alignment of `file::direct` transfers, in bytes: the largest that common disks require.
inline constexpr std::size_t direct_alignment = 4096;

enum class caching : std::uint8_t {
  kernel, ///< through the page cache
  direct, ///< bypasses the page cache (O_DIRECT) if the file system can; `file::direct` tells whether it does
};

/// Interface to files and directories: POSIX in production, memory in tests; one contract suite tests both. Paths use
/// '/'. Every failure names the path and what the system said. Threads: any.
class file_system {
public:
  virtual ~file_system() = default;

  /// Opens a regular file and nothing else; never follows a symbolic link. Errors: not_found, io, no_space, no_memory,
  /// invalid_argument (not a regular file, or `create` and the name exists).
  [[nodiscard]] virtual result<std::unique_ptr<file>> open(const std::string& path, open_mode mode, caching cache) = 0;
  [[nodiscard]] result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) {
    return open(path, mode, caching::kernel);
  }

  /// Waits until no process has the file open for writing, this one included, and no write to it is in flight. An
  /// io_uring engine hands writes to the kernel, and these can outlive their process: without this wait, bytes read
  /// from the file of a process that was killed may still change. After: the bytes stay as they are until the file is
  /// opened for writing again. Uses flock, so a program that locks the file counts as a writer, and a program that
  /// writes without a lock does not. Errors: busy (still so after `patience`), not_found, io, invalid_argument (not a
  /// regular file).
  [[nodiscard]] virtual result<void> await_writers(const std::string& path, std::chrono::nanoseconds patience) = 0;

  /// Creates one directory with mode 0700 in an existing parent. If the directory exists already, that is no error; if
  /// other users may write to it, its mode is set to 0700. Errors: not_found, io, no_space, invalid_argument (the name
  /// is not a directory, or a link to one; or other users may write to the directory and it belongs to another user).
  [[nodiscard]] virtual result<void> create_directory(const std::string& path) = 0;

  /// Lists a directory, sorted by name, without "." and "..". `path` itself may be a link: that is the operator's
  /// choice. Links in the directory are listed, not followed. Errors: not_found, invalid_argument (not a directory),
  /// io.
  [[nodiscard]] virtual result<std::vector<directory_entry>> list(const std::string& path) = 0;

  /// Renames a file; replaces the file `to` atomically. Errors: not_found, io, no_space, invalid_argument (one of the
  /// two is not a regular file: nothing is changed).
  [[nodiscard]] virtual result<void> rename(const std::string& from, const std::string& to) = 0;

  /// Removes a regular file. Errors: not_found, io, invalid_argument (not a regular file: nothing is changed).
  [[nodiscard]] virtual result<void> remove(const std::string& path) = 0;

  /// Opens a directory and keeps it open; `path` itself may be a link. Errors: not_found, invalid_argument (not a
  /// directory), io.
  [[nodiscard]] virtual result<std::unique_ptr<held_directory>> hold(const std::string& path) = 0;

  /// Syncs a directory. After: names created, changed and removed in `path` survive a power cut. Errors: io, not_found.
  [[nodiscard]] virtual result<void> sync_names(const std::string& path) = 0;

  /// Free bytes for an ordinary user on the file system of `path`. Errors: not_found, io.
  [[nodiscard]] virtual result<std::uint64_t> free_bytes(const std::string& path) = 0;

  /// Locks a directory for this process through the file `path`, which is created if missing. The lock ends with the
  /// process. The process id is written into the file; a failure to write it (a full disk) is ignored. Errors: busy
  /// (another holder; the context names its process id if known), io, not_found, no_space, invalid_argument (`path` is
  /// not a regular file).
  [[nodiscard]] virtual result<std::unique_ptr<directory_lock>> lock(const std::string& path) = 0;
};

/// Whether the removal left no file of hearth behind: the file was removed, did not exist, or is not hearth's.
[[nodiscard]] inline bool left_nothing(const result<void>& removed) noexcept {
  return removed.ok() || removed.code() == errc::not_found || removed.code() == errc::invalid_argument;
}

/// The operating system's file system.
[[nodiscard]] std::shared_ptr<file_system> make_posix_file_system();

} // namespace hearth::storage
