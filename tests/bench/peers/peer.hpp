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

/// Working conditions of a peer: directory, limits, block size, threads. Sizes in bytes.
struct stage {
  std::string directory;          ///< exists; empty at the first `open`; used by this peer only
  std::uint64_t memory_bytes = 0; ///< memory limit
  std::uint64_t disk_bytes = 0;   ///< disk limit; 0: memory only
  std::uint64_t block_bytes = 0;  ///< size of every block
  std::uint64_t sync_bytes = 0;   ///< with a disk: `settle` is called each time this many bytes have been put
  unsigned threads = 1;           ///< calling threads, numbered from 0
};

using chain_keys = std::span<const storage::block_key>;
using chain_blocks = std::span<const storage::block>;

/// Callback for each block that a `get` found, in the order of the chain. `bytes` are valid until it returns.
using block_seen = std::function<void(std::size_t index, std::span<const std::byte> bytes)>;

/// One cache or store under measurement. A call names a chain of one or more blocks. A peer may transfer them
/// concurrently: the queue depth at the disk is threads times chain length. Each thread passes its number, so that a
/// peer can give it its own connection. A peer at its limit evicts by itself, oldest blocks first. Threads: `put`,
/// `get`, `contains` and `settle`: any thread, each under its own number; everything else: one thread.
class peer {
public:
  virtual ~peer() = default;

  [[nodiscard]] virtual std::string version() const = 0;

  /// Reason why the peer cannot be measured on this stage; empty if it can. Called before `open`.
  [[nodiscard]] virtual std::string refuses(const stage&) const { return {}; }

  /// Opens the peer, or reopens what an earlier `close` left. Errors: those of the peer.
  [[nodiscard]] virtual storage::result<void> open(const stage& where) = 0;

  /// Stores `chain`; its blocks name their parents. After: stored blocks can be read. Returns how many blocks were
  /// stored; the others were dropped at once. Errors: those of the peer.
  [[nodiscard]] virtual storage::result<std::size_t> put(unsigned thread, chain_blocks chain) = 0;

  /// Finds the leading blocks of `chain` that are present without a gap, calls `seen` for each once its bytes can be
  /// read, and returns their number. Errors: those of the peer.
  [[nodiscard]] virtual storage::result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) = 0;

  /// Number of leading blocks of `chain` that are present. Default: a `get` that ignores the bytes.
  [[nodiscard]] virtual storage::result<std::size_t> contains(unsigned thread, chain_keys chain) {
    return get(thread, chain, [](std::size_t, std::span<const std::byte>) {});
  }

  /// Waits until all puts are on disk and synced, as far as the peer guarantees that. Without a disk: does nothing.
  [[nodiscard]] virtual storage::result<void> settle() { return {}; }

  virtual void close() = 0;

  /// Whether blocks on disk survive `close` and are found after the next `open`.
  [[nodiscard]] virtual bool reopens() const { return true; }

  /// Whether the peer can be opened in a forked process. It cannot if its library keeps threads of its own.
  [[nodiscard]] virtual bool forks() const { return true; }

  /// Blocks that `put` accepted and that never reached the disk, so far.
  [[nodiscard]] virtual std::uint64_t lost_blocks() { return 0; }

  /// Process id of the peer's server; 0: no server.
  [[nodiscard]] virtual pid_t child() const { return 0; }
};

/// All peers that this program can measure, in the order of the tables.
struct peer_list {
  struct entry {
    std::string name; ///< a name that begins with "limit" is a limit of the machine
    std::function<std::unique_ptr<peer>()> make;
    std::vector<workload> only{}; ///< workloads to run; empty: all but paced-put
  };
  std::vector<entry> entries;
  std::vector<std::string> notes; ///< missing peers, with the reason
};

[[nodiscard]] peer_list all_peers();

// Each function has its own file. It adds one or more entries, or a note if the peer's program is not installed.
void add_memory_limit(peer_list& list); ///< an array in memory
void add_disk_limit(peer_list& list);   ///< one file with O_DIRECT, read and written by the calling threads
void add_hearth(peer_list& list);       ///< through its facade, and by message to its actor
void add_hearth_store(peer_list& list); ///< the store of the cold tier alone
void add_locked_map(peer_list& list);   ///< a map with one lock: the first version an engine would have
void add_memcached(peer_list& list);
void add_sick_disks(peer_list& list); ///< hearth on disks that are slow or hang
// Built only if meson finds their libraries.
void add_liburing(peer_list& list); ///< the disk limit with io_uring, and with a checksum of every block
void add_rocksdb(peer_list& list);
void add_lmdb(peer_list& list);
void add_hiredis(peer_list& list); ///< Redis

// Generated by meson: adds the peers whose libraries were found, and a note for each missing one.
void add_found_libraries(peer_list& list);
[[nodiscard]] const char* build_type();
[[nodiscard]] const char* hearth_version();

} // namespace hearth::bench
