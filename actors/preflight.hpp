#pragma once

#include "actors/tally_notifier.hpp"
#include "actors/tiers/limits_now.hpp"
#include "actors/tiers/tiers.hpp"
#include "storage/errors.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace hearth::actors {

/// Preflight check: tells a host, before it computes a block, whether the cache can keep the block. Runs on the host's
/// thread, without a message, and reserves nothing. Two refusals are counted as offered and dropped, and stats is
/// notified: `preflight_full`, and, in a cache with a cold tier, `too_large`. Threads: `check` any; `publish` hot_cache
/// only.
class preflight {
public:
  /// `writer_gate` is null if there is no cold tier; the only possible refusal is then too_large.
  preflight(const tiers_config& config, std::shared_ptr<const limits_now> limits,
            std::shared_ptr<messages::gate> writer_gate, std::shared_ptr<stats::tally> tally, tally_notifier stats);

  /// hot_cache publishes the free bytes of the hot tier and the number of its expendable blocks.
  void publish(std::uint64_t free_bytes, std::uint64_t expendable_blocks) noexcept;

  /// Checks a block of `bytes` payload bytes. Errors: overloaded (`preflight_full`, or the cold tier's directory is
  /// gone), too_large.
  [[nodiscard]] storage::result<void> check(storage::namespace_id name_space, std::uint64_t bytes) const;

private:
  [[nodiscard]] storage::failure too_large(storage::namespace_id name_space, std::uint64_t bytes) const;
  [[nodiscard]] bool hot_takes(std::uint64_t bytes) const noexcept;

  tiers_config config_;
  std::shared_ptr<const limits_now> limits_;
  std::shared_ptr<messages::gate> writer_gate_;
  std::shared_ptr<stats::tally> tally_;
  tally_notifier stats_;
  std::atomic<std::uint64_t> free_bytes_;
  std::atomic<std::uint64_t> expendable_blocks_{0};
};

} // namespace hearth::actors
