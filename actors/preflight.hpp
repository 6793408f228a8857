#pragma once

#include "actors/tally_notifier.hpp"
#include "actors/tiers/limits_now.hpp"
#include "actors/tiers/tiers.hpp"
#include "storage/errors.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace hearth::actors {

/// Says, on the host's thread and without a message, whether a block has a chance, before the host pays for making it.
/// It looks and reserves nothing. A refusal is entered as offered and dropped (`preflight_full`) and reported to stats.
/// Threads: `check` any; `publish` hot_cache only.
class preflight {
public:
  /// `writer_gate` is null if there is no cold tier; then nothing is ever refused here.
  preflight(const tiers_config& config, std::shared_ptr<const limits_now> limits,
            std::shared_ptr<messages::gate> writer_gate, std::shared_ptr<stats::tally> tally, tally_notifier stats);

  /// hot_cache: how much room the hot tier has and how many of its blocks could leave without being written.
  void publish(std::uint64_t free_bytes, std::uint64_t expendable_blocks) noexcept;

  /// Errors: overloaded (`preflight_full`), too_large.
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
