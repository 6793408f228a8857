#pragma once

#include "storage/errors.hpp"
#include "tests/crash/crash_blocks.hpp"

#include <cstdint>
#include <string_view>

namespace hearth::crash {

/// What a child tells its parent. Of an operation with a beginning and an end, the beginning is told before it is asked
/// for, the end after it was answered: the parent knows what was attempted, and what was acknowledged.
enum class event_kind : std::uint8_t {
  opening,       ///< about to open the directory
  progress,      ///< of the opening
  opened,        ///< `outcome`
  put_begin,     ///< `key`, `version`
  put_end,       ///< `key`, `version`, `outcome`; `flag`: it was stored, else refreshed
  erase_begin,   ///< `key`
  erase_end,     ///< `key`, `outcome`; `flag`: it was there
  clear_begin,   ///< `lane`: all keys of it
  clear_end,     ///< `lane`, `outcome`
  got,           ///< `key`, `outcome`, `found`: what a get answered
  flush_begin,   ///< `lane`: who asks
  flush_end,     ///< `lane`, `outcome`; `flag`: synced; `present`: what was in a tier afterwards
  close_begin,   ///< `present`: what is in a tier now
  close_end,     ///< `outcome`; `flag`: synced
  figures_begin, ///< `lane`: who asks
  figures,       ///< `lane`, `figures`
  checked,       ///< every key has been asked for
};

/// Of a snapshot of the whole cache, what the parent holds against what it knows.
struct snapshot_figures {
  std::uint64_t balanced = 0; ///< 1: the ledger is, of the whole and of each namespace
  std::uint64_t errors = 0;
  std::uint64_t persisted = 0; ///< in blocks, as what follows
  std::uint64_t dropped = 0;
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;
  std::uint64_t evictions = 0; ///< reclaimed
  std::uint64_t present = 0;   ///< in the cold tier
  std::uint64_t bytes_in_use = 0;
  std::uint64_t bytes_max = 0;
  std::uint64_t faults = 0; ///< calls that were made to fail in this process
};

/// One report: short enough that a pipe takes it as a whole or not at all.
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

/// The child's end of the pipe. Threads: any. If nobody reads any more the process ends: its parent is gone.
class event_sender {
public:
  explicit event_sender(int descriptor) noexcept : descriptor_(descriptor) {}
  void send(const event& item) const noexcept;

private:
  int descriptor_;
};

} // namespace hearth::crash
