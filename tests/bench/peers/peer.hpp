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

enum class workload : std::uint8_t;

/// Where a peer works under measurement, and with what. Sizes in bytes.
struct stage {
  std::string directory;          ///< exists, empty at the first `open`; belongs to the peer alone
  std::uint64_t memory_bytes = 0; ///< what it may keep in memory
  std::uint64_t disk_bytes = 0;   ///< what it may keep on disk; 0: memory only
  std::uint64_t block_bytes = 0;  ///< of every block
  std::uint64_t sync_bytes = 0;   ///< with a disk: `settle` is called after every so many bytes put
  unsigned threads = 1;           ///< that will ask, numbered from 0
};

using chain_keys = std::span<const storage::block_key>;
using chain_blocks = std::span<const storage::block>;

/// Told of each block that a `get` found, in the order of the chain; `bytes` live until it returns.
using block_seen = std::function<void(std::size_t index, std::span<const std::byte> bytes)>;

/// One cache or store under measurement. A call names a chain of one or more blocks, whose transfers a peer may have in
/// flight at the same time: threads times chain is the depth at the disk. Each thread passes its number, so that a peer
/// can give it a connection of its own. A peer at its limit evicts by itself, oldest blocks first.
/// Threads: `put`, `get`, `contains` and `settle` any, each under a number of its own; everything else one.
class peer {
public:
  virtual ~peer() = default;

  [[nodiscard]] virtual std::string version() const = 0;

  /// Why it takes no part on this stage; empty: it does. Asked before `open`.
  [[nodiscard]] virtual std::string refuses(const stage&) const { return {}; }

  /// Opens the peer, or what an earlier `close` has left. Errors: the peer's own.
  [[nodiscard]] virtual storage::result<void> open(const stage& where) = 0;

  /// Keeps `chain`, whose blocks know their parents. After: what was kept can be read. Returns how many blocks were
  /// kept; the rest was given up at once. Errors: the peer's own.
  [[nodiscard]] virtual storage::result<std::size_t> put(unsigned thread, chain_blocks chain) = 0;

  /// Finds the leading run of `chain` that is present, calls `seen` for each block once its bytes can be read, and
  /// returns the length of the run. Errors: the peer's own.
  [[nodiscard]] virtual storage::result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) = 0;

  /// How many leading blocks of `chain` are present. Default: a `get` that looks at no byte.
  [[nodiscard]] virtual storage::result<std::size_t> contains(unsigned thread, chain_keys chain) {
    return get(thread, chain, [](std::size_t, std::span<const std::byte>) {});
  }

  /// Waits until what was put is on disk and synced, as far as the peer can promise that; without a disk: nothing.
  [[nodiscard]] virtual storage::result<void> settle() { return {}; }

  virtual void close() = 0;

  /// Whether blocks on disk survive `close` and are found again by `open`.
  [[nodiscard]] virtual bool reopens() const { return true; }

  /// Whether it can be opened in a forked process, as `open` does: not with threads that the library keeps for itself.
  [[nodiscard]] virtual bool forks() const { return true; }

  /// Blocks that `put` kept and that never reached the disk, so far.
  [[nodiscard]] virtual std::uint64_t lost_blocks() { return 0; }

  /// The process that works for this peer besides our own; 0: none.
  [[nodiscard]] virtual pid_t child() const { return 0; }
};

/// All peers that this program can measure, in the order of the tables.
struct peer_list {
  struct entry {
    std::string name; ///< what the machine allows begins with "limit"
    std::function<std::unique_ptr<peer>()> make;
    std::vector<workload> only{}; ///< the workloads it is there for; empty: all but paced-put
  };
  std::vector<entry> entries;
  std::vector<std::string> notes; ///< peers that are missing, and why
};

[[nodiscard]] peer_list all_peers();

// Each stands in a file of its own, and adds one entry or several; or a note if there is no program to run.
void add_memory_limit(peer_list& list); ///< an array in memory
void add_disk_limit(peer_list& list);   ///< one file with O_DIRECT, read and written by the asking threads
void add_hearth(peer_list& list);       ///< through its facade, and by message to its actor
void add_hearth_store(peer_list& list); ///< the cold tier's store by itself
void add_locked_map(peer_list& list);   ///< what an engine's authors write first
void add_memcached(peer_list& list);
void add_sick_disks(peer_list& list); ///< hearth above disks that are slow or hang
// These are built if meson found their libraries.
void add_liburing(peer_list& list); ///< the disk limit with io_uring, and with a checksum over every block
void add_rocksdb(peer_list& list);
void add_lmdb(peer_list& list);
void add_hiredis(peer_list& list); ///< Redis

// Written by meson: adds the peers whose libraries were found, and a note for each that was not.
void add_found_libraries(peer_list& list);
[[nodiscard]] const char* build_type();
[[nodiscard]] const char* hearth_version();

} // namespace hearth::bench
