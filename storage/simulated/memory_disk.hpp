#pragma once

#include "storage/simulated/memory_file_system.hpp"
#include "storage/simulated/power_cut.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace hearth::storage {

/// Total bytes of all files. Shared with the files: a removed file keeps its bytes until its last handle is closed, as
/// on a disk.
struct byte_count {
  std::uint64_t now = 0;
  std::uint64_t peak = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

/// A file, or a directory if it has no bytes.
struct memory_node {
  explicit memory_node(std::shared_ptr<byte_count> count, named_bytes bytes = {})
      : count(std::move(count)), bytes(std::move(bytes)) {}
  memory_node(const memory_node&) = delete;
  memory_node& operator=(const memory_node&) = delete;
  ~memory_node() { count->now -= size(); }

  [[nodiscard]] bool is_directory() const { return bytes == nullptr; }
  [[nodiscard]] std::uint64_t size() const { return bytes ? bytes->size() : 0; }

  std::shared_ptr<byte_count> count;
  named_bytes bytes;
  std::size_t writers = 0; ///< open files that may write
};

/// A planned fault: operations of one kind that will fail.
struct planned_fault {
  std::uint64_t skip = 0;
  std::uint64_t count = 0;
  errc code = errc::none;
  std::uint64_t struck = 0; ///< number of failed ones so far
};

/// Shared state of a memory file system and its open files. Threads: the one that holds `mutex`.
struct memory_disk {
  std::mutex mutex;
  std::shared_ptr<byte_count> count = std::make_shared<byte_count>();
  std::map<std::string, std::shared_ptr<memory_node>> nodes;
  std::set<const memory_node*> locks; ///< locked directories; each is owned by its lock
  std::array<planned_fault, 8> faults;
  std::uint64_t operations_left = memory_file_system::never; ///< until the process counts as killed
  std::uint64_t power_cuts = 0;                              ///< files opened before the last power cut are unusable
  bool expects_cuts = false;                                 ///< power cuts are expected: `durable` is kept
  durable_names durable;

  /// The fault planned for this operation, if it is due.
  [[nodiscard]] result<void> admit(file_operation operation, const std::string& path);

  [[nodiscard]] std::shared_ptr<memory_node> find(const std::string& path) const;
  [[nodiscard]] result<std::shared_ptr<memory_node>> regular(const std::string& path) const;
  [[nodiscard]] result<void> parent_exists(const std::string& path) const;

  /// Pre: the new name is free, and the old name is a file.
  void make(const std::string& path, named_bytes bytes);
  void rename(const std::string& from, const std::string& to);
  void remove(const std::string& path);
  void move_directory(const std::string& from, const std::string& to);

  void cut_power(std::uint64_t seed);
};

} // namespace hearth::storage
