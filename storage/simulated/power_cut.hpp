#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace hearth::storage {

/// Bytes of a file in memory and, on request, what a power cut would leave of them: for each page written since the
/// last sync, a copy from before. Threads: one at a time.
class memory_bytes {
public:
  explicit memory_bytes(bool keeps_unsynced) : keeps_unsynced_(keeps_unsynced) {}

  [[nodiscard]] const std::vector<std::byte>& all() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes_.size(); }

  /// Grows the file; new bytes are zero. Pre: `bytes` is at least the length.
  void grow(std::uint64_t bytes) { bytes_.resize(bytes); }

  /// Pre: within the length.
  void write(std::uint64_t offset, std::span<const std::byte> from);

  /// Makes bytes and length durable; or only the length, which a journal writes together with names.
  void synced();
  void length_synced() { durable_bytes_ = bytes_.size(); }

  /// Cuts the power: each page that was not synced is kept, lost, or half written. The length ends between the durable
  /// one and the last.
  void cut(std::mt19937_64& random);

private:
  std::vector<std::byte> bytes_;
  std::uint64_t durable_bytes_ = 0;                        ///< length
  std::map<std::uint64_t, std::vector<std::byte>> before_; ///< by page: its durable bytes
  bool keeps_unsynced_;
};

/// What a name stands for: the bytes of a file, or nothing for a directory.
using named_bytes = std::shared_ptr<memory_bytes>;

/// Names as they are on the disk, and for each directory its changes that are not durable yet, in order. Threads: one
/// at a time.
class durable_names {
public:
  using names = std::map<std::string, named_bytes>;

  /// `path` names a file or, if there are no bytes, a directory.
  void made(const std::string& path, named_bytes bytes) { note({path, {}, std::move(bytes), false}); }
  void renamed(const std::string& from, const std::string& to, named_bytes bytes) {
    note({to, from, std::move(bytes), false});
  }
  void removed(const std::string& path) { note({path, {}, {}, true}); }

  /// Renames `from` and everything in it to `to`, on the disk and in what is not durable yet.
  void moved(const std::string& from, const std::string& to);

  /// Makes the names in `directory` and the lengths of its files durable.
  void sync(const std::string& directory);

  /// Cuts the power: of the changes of each directory that were not durable, a prefix survives; the content of a
  /// directory that did not survive is gone, too. Returns what is left.
  [[nodiscard]] const names& cut(std::mt19937_64& random);

private:
  struct change {
    std::string path;
    std::string from; ///< of a rename
    named_bytes bytes;
    bool removed = false;
  };

  void note(change done);
  void apply(const change& done);

  names durable_;
  std::map<std::string, std::vector<change>> changes_; ///< by directory
};

/// The directory that contains `path`.
[[nodiscard]] std::string parent_of(const std::string& path);

/// The new path of `path` after `from`, with everything in it, was renamed to `to`.
[[nodiscard]] std::string path_after_move(const std::string& path, const std::string& from, const std::string& to);

/// The map with the new paths of its keys after `from` was renamed to `to`.
template <class Map>
void move_paths(Map& by_path, const std::string& from, const std::string& to) {
  Map moved;
  for (auto& [path, one] : by_path)
    moved.emplace(path_after_move(path, from, to), std::move(one));
  by_path = std::move(moved);
}

} // namespace hearth::storage
