#pragma once

#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hearth::bench {

/// Where a cache works under measurement, and with what.
struct peer_stage {
  std::string directory;          ///< exists, empty; belongs to the peer alone
  std::uint64_t memory_bytes = 0; ///< what it may keep in memory
  std::uint64_t disk_bytes = 0;   ///< what it may keep on disk; 0: memory only
  std::uint64_t block_bytes = 0;  ///< of every block
  unsigned threads = 1;           ///< that will ask, numbered from 0
};

/// Told of each block that a `get` found, in the order of the chain; `bytes` live until it returns.
using block_seen = std::function<void(std::size_t index, std::span<const std::byte> bytes)>;

/// A cache as a host app sees it: put under a key, get by key, or the leading run of a chain. Each thread names its
/// number, so that a peer can give it a connection of its own.
/// Threads: `put` and `get` any, each under a number of its own; `open` and `close` one.
class cache_peer {
public:
  virtual ~cache_peer() = default;

  [[nodiscard]] virtual std::string version() const = 0;

  /// Why it takes no part on this stage; empty: it does. Asked before `open`.
  [[nodiscard]] virtual std::string refuses(const peer_stage&) const { return {}; }

  /// Errors: the peer's own.
  [[nodiscard]] virtual storage::result<void> open(const peer_stage& where) = 0;

  /// Keeps `item`; what it makes room for is the peer's affair. Errors: the peer's own; overloaded: not kept.
  [[nodiscard]] virtual storage::result<void> put(unsigned thread, storage::block item) = 0;

  /// Finds the leading run of `chain` that is present, has its bytes ready to be read, calls `seen`, and returns its
  /// length. Errors: the peer's own.
  [[nodiscard]] virtual storage::result<std::size_t> get(unsigned thread, std::span<const storage::block_key> chain,
                                                         const block_seen& seen) = 0;

  /// Waits until what was put is where it is going to be: the disk, if there is one.
  [[nodiscard]] virtual storage::result<void> settle() { return {}; }

  virtual void close() = 0;

  /// The process that works for this peer besides our own; 0: none.
  [[nodiscard]] virtual pid_t child() const { return 0; }
};

using make_peer = std::function<std::unique_ptr<cache_peer>()>;

/// All caches that this program can measure, in the order of the tables.
struct peer_list {
  struct entry {
    std::string name;
    make_peer make;
  };
  std::vector<entry> entries;
  std::vector<std::string> notes; ///< who is missing, and why
};

/// hearth through its facade: what this program is about.
[[nodiscard]] std::unique_ptr<cache_peer> make_hearth_peer();
/// What the machine allows: rows to compare with.
[[nodiscard]] std::unique_ptr<cache_peer> make_memory_limit();
[[nodiscard]] std::unique_ptr<cache_peer> make_disk_limit();
/// A hash map in 64 shards, each under a mutex, with an LRU list: what an engine's authors write first.
[[nodiscard]] std::unique_ptr<cache_peer> make_locked_map_peer();

// These are built if meson found their libraries, or take part if there is a program to run; else they leave a note.
void add_rocksdb_peer(peer_list& list);
void add_lmdb_peer(peer_list& list);
void add_hiredis_peer(peer_list& list);
void add_memcached_peer(peer_list& list);

/// Adds the peers from libraries that were found, and a note for each that was not. Written by meson.
void add_found_peers(peer_list& list);
/// Written by meson, too.
[[nodiscard]] const char* build_type();
[[nodiscard]] const char* hearth_version();

[[nodiscard]] peer_list all_peers();

} // namespace hearth::bench
