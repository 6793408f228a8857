#pragma once

#include "storage/errors.hpp"
#include "tests/bench/payloads.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hearth::bench {

/// What a table says of a contender.
struct contender_facts {
  std::string version;
  bool o_direct = false;    ///< reads and writes past the page cache
  bool keeps_blocks = true; ///< across `close` and `open`; if not, caches are dropped beneath it while it is open
};

/// Where a contender works, and with what.
struct stage {
  std::string directory;            ///< exists; belongs to the contender alone
  std::uint64_t capacity_bytes = 0; ///< what it may take on disk
  std::uint64_t block_bytes = 0;    ///< the size of every block; a multiple of 4 KiB wherever O_DIRECT is measured
  std::uint64_t sync_bytes = 0;     ///< the runner calls `sync` after every so many bytes
  payloads* blocks = nullptr;       ///< outlives the contender
};

/// Told of each block that a `get` found. Runs on the thread that read it; `bytes` live until it returns.
using arrival = std::function<void(std::uint64_t number, std::span<const std::byte> bytes)>;

/// One store under measurement, as a cache that evicts its oldest blocks would use it. Blocks are numbered 0, 1, 2, ...
/// in the order in which they are put, and never put twice.
/// Threads: one, but a `get` may run beside a `put`.
class contender {
public:
  virtual ~contender() = default;

  [[nodiscard]] virtual contender_facts facts() const = 0;

  /// Why blocks of this size or this directory are not for this store; empty: they are. Asked before `open`.
  [[nodiscard]] virtual std::string refuses(const stage&) const { return {}; }

  /// Opens the store, or what an earlier `close` has left. Errors: the store's own.
  [[nodiscard]] virtual storage::result<void> open(const stage& where) = 0;

  /// Writes the blocks `first` to `first + count - 1`, `depth` at once if the store gains by it, and evicts the oldest
  /// as its capacity demands. After: they can be read. Errors: the store's own.
  [[nodiscard]] virtual storage::result<void> put(std::uint64_t first, std::uint64_t count, unsigned depth) = 0;

  /// Reads blocks, `depth` at once, and verifies them as the store does it by itself. Blocks that are gone are no
  /// error: `each` is not called for them. Errors: the store's own.
  [[nodiscard]] virtual storage::result<void> get(std::span<const std::uint64_t> numbers, unsigned depth,
                                                  const arrival& each) = 0;

  /// After: what was put survives the machine, as far as the store can promise that at all.
  [[nodiscard]] virtual storage::result<void> sync() = 0;

  /// Ends the store; `open` may follow. Errors: the store's own.
  [[nodiscard]] virtual storage::result<void> close() = 0;

  /// Numbers of the blocks that should be there, oldest first.
  [[nodiscard]] virtual std::vector<std::uint64_t> present() const = 0;

  /// How many blocks the store itself says it has.
  [[nodiscard]] virtual std::uint64_t blocks() const { return present().size(); }

  /// Blocks put that have not reached the disk, although nobody was told: what this grows by was lost.
  [[nodiscard]] virtual std::uint64_t lost_blocks() { return 0; }

  /// The process whose CPU time and writes count as this store's, besides our own; 0: none.
  [[nodiscard]] virtual pid_t child() const { return 0; }
};

/// Numbers of a store that keeps what was put last.
struct number_range {
  std::uint64_t oldest = 0;
  std::uint64_t next = 0; ///< one behind the newest

  /// Moves on to `next` and leaves at most `blocks_max` numbers.
  void put_up_to(std::uint64_t end, std::uint64_t blocks_max) {
    next = end;
    oldest = std::max(oldest, next > blocks_max ? next - blocks_max : 0);
  }
  [[nodiscard]] std::vector<std::uint64_t> numbers() const;
};

/// "`what`: <what the system says of `error`>".
[[nodiscard]] storage::failure system_failure(const std::string& what, int error);

} // namespace hearth::bench
