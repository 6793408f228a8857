#include "actors/preflight.hpp"

#include <string>
#include <utility>

namespace hearth::actors {

preflight::preflight(const tiers_config& config, std::shared_ptr<const limits_now> limits,
                     std::shared_ptr<messages::gate> writer_gate, std::shared_ptr<stats::tally> tally,
                     tally_notifier stats)
    : config_(config), limits_(std::move(limits)), writer_gate_(std::move(writer_gate)), tally_(std::move(tally)),
      stats_(std::move(stats)), free_bytes_(limits_->hot_bytes_max.load()) {}

void preflight::publish(std::uint64_t free_bytes, std::uint64_t expendable_blocks) noexcept {
  free_bytes_.store(free_bytes, std::memory_order_relaxed);
  expendable_blocks_.store(expendable_blocks, std::memory_order_relaxed);
}

/// In write-back, the hot tier can keep a block while the writer's mailbox is full, if it has room or an expendable
/// block.
bool preflight::hot_takes(std::uint64_t bytes) const noexcept {
  return config_.policy == write_policy::back && bytes <= limits_->hot_bytes_max &&
         (bytes <= free_bytes_.load(std::memory_order_relaxed) ||
          expendable_blocks_.load(std::memory_order_relaxed) > 0);
}

storage::failure preflight::too_large(storage::namespace_id name_space, std::uint64_t bytes) const {
  if (writer_gate_) {
    tally_->update(name_space, [&](stats::tally_entry& entry) {
      entry.counters.ledger.give_up(stats::drop_reason::too_large, bytes);
    });
    stats_.tally_changed();
  }
  return {storage::errc::too_large, "a block of " + std::to_string(bytes) + " bytes: block_bytes_max is " +
                                        std::to_string(config_.block_bytes_max) + ", hot_bytes_max is " +
                                        std::to_string(limits_->hot_bytes_max) + "; nothing was produced"};
}

storage::result<void> preflight::check(storage::namespace_id name_space, std::uint64_t bytes) const {
  const bool never_written = !writer_gate_ || writer_gate_->never_admits({1, bytes});
  const bool never_hot = bytes > limits_->hot_bytes_max;
  if (bytes > config_.block_bytes_max || (never_written && never_hot))
    return too_large(name_space, bytes);
  if (!limits_->cold_attached && never_hot)
    return {storage::errc::overloaded, "the block does not fit the hot tier, and the cold tier's directory is gone; "
                                       "nothing was produced: try again later"};
  if (!limits_->cold_attached) // the hot tier keeps the block, and evicts others if necessary
    return {};
  if (never_written || writer_gate_->open_for({1, bytes}) || hot_takes(bytes))
    return {};
  tally_->update(name_space, [&](stats::tally_entry& entry) {
    entry.counters.ledger.give_up(stats::drop_reason::preflight_full, bytes);
  });
  stats_.tally_changed();
  return {storage::errc::overloaded, "preflight_full: the writer's mailbox is full and so is the hot tier; nothing was "
                                     "produced: try again later, or raise writer_queue_bytes or hot_bytes_max"};
}

} // namespace hearth::actors
