#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hearth::storage {

/// An open regular file; closed when destroyed. Threads: any; transfers of the same bytes at once give any mixture.
class file {
public:
  virtual ~file() = default;

  /// Fills all `parts` one after the other, from `offset` (bytes from the start) on. Returns the bytes read: fewer than
  /// asked only at the end of the file. Interrupted and short reads are continued. Errors: io, no_memory (the
  /// system's).
  [[nodiscard]] virtual result<std::size_t> read(std::uint64_t offset, std::span<const std::span<std::byte>> parts) = 0;
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) {
    return read(offset, std::span<const std::span<std::byte>>{&into, 1});
  }

  /// Writes all `parts` one after the other, from `offset` on; grows the file as needed. Interrupted and short writes
  /// are continued. Errors: io, no_space (a part may have been written).
  [[nodiscard]] virtual result<void> write(std::uint64_t offset, std::span<const std::span<const std::byte>> parts) = 0;

  /// Gives the file `bytes` of length and the disk space for all of it, so that no later write within them finds the
  /// disk full (a file system without that ability: the length only). What is new reads as zeroes. Pre: `bytes` is no
  /// less than the length. Errors: io, no_space (the length may have changed).
  [[nodiscard]] virtual result<void> reserve(std::uint64_t bytes) = 0;

  /// Length in bytes. Errors: io.
  [[nodiscard]] virtual result<std::uint64_t> size() = 0;

  /// Whether transfers pass by the kernel's page cache. Offsets, lengths and memory must then be multiples of
  /// `direct_alignment`.
  [[nodiscard]] virtual bool direct() const noexcept = 0;

  /// Lets go of the kernel's cached copies of these bytes, if it keeps any and they are on disk. Never fails: a hint.
  virtual void forget_cached(std::uint64_t offset, std::uint64_t bytes) noexcept = 0;

  /// The operating system's number of the open file, for engines that hand transfers to the kernel; -1: there is none.
  [[nodiscard]] virtual int native_handle() const noexcept = 0;

  /// What it was opened as, for messages to people; it may have another name by now.
  [[nodiscard]] virtual const std::string& path() const noexcept = 0;

  /// After: the file's bytes survive a power cut (its name may not: see `sync_point`). Errors: io.
  [[nodiscard]] virtual result<void> sync() = 0;

  /// Stores the time of last use (the modification time, in ns since the epoch) with the file. Errors: io.
  [[nodiscard]] virtual result<void> last_use(std::int64_t time_ns) = 0;
};

/// Held while a directory belongs to this process; released when destroyed.
class directory_lock {
public:
  virtual ~directory_lock() = default;

  /// The directory is not taken after all: if this lock has made its file, the file goes, so that nothing is left of
  /// the attempt. Pre: nothing else is done with the directory afterwards. Errors: none that matter to anyone.
  virtual void withdraw() = 0;
};

/// A directory kept open, so that no other gets its number meanwhile: it can be told from one that took its place.
class held_directory {
public:
  virtual ~held_directory() = default;

  /// Whether the path that it was opened by still leads to it. Errors: not_found (it was moved or removed, or something
  /// else was put or mounted in its place; the context says which), io.
  [[nodiscard]] virtual result<void> in_place() const = 0;

  /// Number of the file system that it is on.
  [[nodiscard]] virtual std::uint64_t device() const noexcept = 0;
};

/// A file system kept open for its syncs: what it fails to write between two of them is told by the next.
class sync_point {
public:
  virtual ~sync_point() = default;

  /// After: everything written, renamed and removed on that file system survives a power cut. Errors: io (some of it
  /// since the last call, or since the sync point was made, may be lost).
  [[nodiscard]] virtual result<void> sync_all() = 0;
};

enum class entry_kind : std::uint8_t { regular, directory, other };

/// One name in a directory. Symbolic links are `other`: never followed.
struct directory_entry {
  std::string name;
  entry_kind kind = entry_kind::other;
  std::uint64_t bytes = 0;      ///< length of a regular file
  std::int64_t last_use_ns = 0; ///< modification time, ns since the epoch
};

enum class open_mode : std::uint8_t {
  read,       ///< must exist, and be a regular file
  read_write, ///< must exist, and be a regular file
  create,     ///< must not exist; readable and writable, mode 0600
};

/// What `file::direct` transfers are aligned to, in bytes: the largest that common disks ask for.
inline constexpr std::size_t direct_alignment = 4096;

enum class caching : std::uint8_t {
  kernel, ///< through the page cache
  direct, ///< past it (O_DIRECT), where the file system offers that; `file::direct` tells
};

/// Files and directories behind one seam: posix for use, memory for tests; one contract suite holds for both.
/// Paths use '/'. Every failure names the path and what the system said. Threads: any.
class file_system {
public:
  virtual ~file_system() = default;

  /// Opens a regular file; never follows a symbolic link, never touches anything else. Errors: not_found, io, no_space,
  /// invalid_argument (not a regular file, or `create` where the name is taken).
  [[nodiscard]] virtual result<std::unique_ptr<file>> open(const std::string& path, open_mode mode, caching cache) = 0;
  [[nodiscard]] result<std::unique_ptr<file>> open(const std::string& path, open_mode mode) {
    return open(path, mode, caching::kernel);
  }

  /// Makes one directory, mode 0700, in a parent that exists; no error if it is there already. One that others may
  /// write to gets mode 0700 again. Errors: not_found, io, no_space, invalid_argument (the name is taken by something
  /// else, also by a link to a directory; or others may write to it and it belongs to another user).
  [[nodiscard]] virtual result<void> create_directory(const std::string& path) = 0;

  /// What is in a directory, sorted by name, without "." and "..". `path` itself may be a link, which is the operator's
  /// choice; links inside are told, not followed. Errors: not_found, invalid_argument (not a directory), io.
  [[nodiscard]] virtual result<std::vector<directory_entry>> list(const std::string& path) = 0;

  /// Gives a file another name; replaces the file `to` atomically. Errors: not_found, io, no_space, invalid_argument
  /// (one of them is something else than a regular file: both are left alone).
  [[nodiscard]] virtual result<void> rename(const std::string& from, const std::string& to) = 0;

  /// Removes a regular file. Errors: not_found, io, invalid_argument (it is something else, and left alone).
  [[nodiscard]] virtual result<void> remove(const std::string& path) = 0;

  /// Stores the time of last use of a file, as `file::last_use`. Errors: not_found, io.
  [[nodiscard]] virtual result<void> last_use(const std::string& path, std::int64_t time_ns) = 0;

  /// Opens the file system that holds the directory `path` for syncs. To be kept for as long as something is written: a
  /// disk's failure to write back is told once, and only to those who had opened before. Errors: io, not_found.
  [[nodiscard]] virtual result<std::unique_ptr<sync_point>> open_sync(const std::string& path) = 0;

  /// Opens a directory to be held; `path` itself may be a link. Errors: not_found, invalid_argument (not a directory),
  /// io.
  [[nodiscard]] virtual result<std::unique_ptr<held_directory>> hold(const std::string& path) = 0;

  /// After: names made, changed and removed in the directory `path` survive a power cut. Errors: io, not_found.
  [[nodiscard]] virtual result<void> sync_names(const std::string& path) = 0;

  /// Bytes an ordinary user could still write on the file system that holds `path`. Errors: not_found, io.
  [[nodiscard]] virtual result<std::uint64_t> free_bytes(const std::string& path) = 0;

  /// Takes the directory for this process through the file `path` (created if missing). The lock dies with the process.
  /// That the process id cannot be written into it (a full disk) is no error.
  /// Errors: busy (another holder; the context names its process id if known), io, not_found.
  [[nodiscard]] virtual result<std::unique_ptr<directory_lock>> lock(const std::string& path) = 0;
};

/// Whether after this removal there is no file of ours: it is gone, was not there, or somebody's other thing has its
/// name.
[[nodiscard]] inline bool left_nothing(const result<void>& removed) noexcept {
  return removed.ok() || removed.code() == errc::not_found || removed.code() == errc::invalid_argument;
}

/// The operating system's files.
[[nodiscard]] std::shared_ptr<file_system> make_posix_file_system();

} // namespace hearth::storage
