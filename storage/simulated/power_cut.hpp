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

/// The bytes of a file in memory and, if asked to, what a power cut would leave of them: for each page that was written
/// since the last sync a copy from before. Threads: one at a time.
class memory_bytes {
public:
  explicit memory_bytes(bool keeps_unsynced) : keeps_unsynced_(keeps_unsynced) {}

  [[nodiscard]] const std::vector<std::byte>& all() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes_.size(); }

  /// Pre: `bytes` is no less than the length. What is new are zeroes.
  void grow(std::uint64_t bytes) { bytes_.resize(bytes); }

  /// Pre: within the length.
  void write(std::uint64_t offset, std::span<const std::byte> from);

  /// Bytes and length are durable now; or only the length, which a journal writes with the names.
  void synced();
  void length_synced() { durable_bytes_ = bytes_.size(); }

  /// Each page that was not synced is kept, lost, or half of it. The length is somewhere between the durable one and
  /// the last.
  void cut(std::mt19937_64& random);

private:
  std::vector<std::byte> bytes_;
  std::uint64_t durable_bytes_ = 0;                        ///< length
  std::map<std::uint64_t, std::vector<std::byte>> before_; ///< by page: what was durable there
  bool keeps_unsynced_;
};

/// What stands under a name: a file's bytes, or nothing for a directory.
using named_bytes = std::shared_ptr<memory_bytes>;

/// Names as they are on the disk, and the changes of each directory that are not durable yet, in order.
/// Threads: one at a time.
class durable_names {
public:
  using names = std::map<std::string, named_bytes>;

  /// `path` names a file or, without bytes, a directory.
  void made(const std::string& path, named_bytes bytes) { note({path, {}, std::move(bytes), false}); }
  void renamed(const std::string& from, const std::string& to, named_bytes bytes) {
    note({to, from, std::move(bytes), false});
  }
  void removed(const std::string& path) { note({path, {}, {}, true}); }

  /// What is named `from` and all in it is named `to`, on the disk and in what is not durable yet.
  void moved(const std::string& from, const std::string& to);

  /// The names in `directory` are durable now, and the lengths of its files.
  void sync(const std::string& directory);
  void sync_all();

  /// Of the changes of each directory that were not durable some prefix survives; what is in a directory that did not
  /// survive is gone as well. Returns what is left.
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

/// The directory that a path names something in.
[[nodiscard]] std::string parent_of(const std::string& path);

/// The path of what was at `path` when what is named `from`, and all in it, is named `to`.
[[nodiscard]] std::string path_after_move(const std::string& path, const std::string& from, const std::string& to);

/// All in a map by path, under the paths that it has when `from` is named `to`.
template <class Map>
void move_paths(Map& by_path, const std::string& from, const std::string& to) {
  Map moved;
  for (auto& [path, one] : by_path)
    moved.emplace(path_after_move(path, from, to), std::move(one));
  by_path = std::move(moved);
}

} // namespace hearth::storage
