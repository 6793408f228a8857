#pragma once

#include "storage/errors.hpp"
#include "tests/crash/crash_blocks.hpp"

#include <cstdint>
#include <string_view>

namespace hearth::crash {

/// Reports from a child to its parent. The begin of an operation is reported before the call, its end after the reply.
/// So the parent knows what was attempted and what was acknowledged.
enum class event_kind : std::uint8_t {
  opening,       ///< before the directory is opened
  progress,      ///< progress of the opening
  opened,        ///< `outcome`
  put_begin,     ///< `key`, `version`
  put_end,       ///< `key`, `version`, `outcome`; `flag`: stored, otherwise refreshed
  erase_begin,   ///< `key`
  erase_end,     ///< `key`, `outcome`; `flag`: the block was present
  clear_begin,   ///< `lane`: clears all its keys
  clear_end,     ///< `lane`, `outcome`
  got,           ///< `key`, `outcome`, `found`: result of a get
  flush_begin,   ///< `lane`: the caller
  flush_end,     ///< `lane`, `outcome`; `flag`: synced; `present`: keys in a tier afterwards
  close_begin,   ///< `present`: keys in a tier now
  close_end,     ///< `outcome`; `flag`: synced
  figures_begin, ///< `lane`: the caller
  figures,       ///< `lane`, `figures`
  checked,       ///< every key has been read
};

/// Figures from a snapshot of the whole cache that the parent checks against its record.
struct snapshot_figures {
  std::uint64_t balanced = 0; ///< 1: the ledgers of the whole and of each namespace are balanced
  std::uint64_t errors = 0;
  std::uint64_t persisted = 0; ///< in blocks, like the following fields
  std::uint64_t dropped = 0;
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;
  std::uint64_t evictions = 0; ///< reclaimed
  std::uint64_t present = 0;   ///< in the cold tier
  std::uint64_t bytes_in_use = 0;
  std::uint64_t bytes_max = 0;
  std::uint64_t faults = 0; ///< faults injected in this process
};

/// One report. It is short enough that a write to the pipe is atomic.
struct event {
  event_kind kind = event_kind::opening;
  std::uint8_t lane = 0;
  storage::errc outcome = storage::errc::none;
  bool flag = false;
  std::uint32_t key = 0;
  std::uint64_t version = 0;
  digest found{};
  key_bits present = 0;
  snapshot_figures figures{};
};

/// The child's end of the pipe. The process ends if the reader is gone: its parent has died. Threads: any.
class event_sender {
public:
  explicit event_sender(int descriptor) noexcept : descriptor_(descriptor) {}
  void send(const event& item) const noexcept;

private:
  int descriptor_;
};

} // namespace hearth::crash
