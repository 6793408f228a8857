#include "storage/eviction/eviction_policy.hpp"

#include "storage/eviction/conversation_policy.hpp"
#include "storage/eviction/s3_fifo_policy.hpp"
#include "storage/eviction/w_tinylfu_policy.hpp"

namespace hearth::storage {

namespace {

/// LRU: a list, least recently used first. O(1).
class lru_policy final : public eviction_policy {
public:
  void insert(block_slot slot) override { order_.push_back(links_, slot); }
  void touch(block_slot slot) override { order_.move_to_back(links_, slot); }
  void erase(block_slot slot) override { order_.erase(links_, slot); }
  block_slot victim() override { return order_.front(); }

  void visit(const std::function<bool(block_slot)>& visit) const override { order_.visit(links_, visit); }

  std::size_t size() const noexcept override { return order_.size(); }

private:
  slot_links links_;
  slot_list order_;
};

} // namespace

std::unique_ptr<eviction_policy> make_lru_policy() { return std::make_unique<lru_policy>(); }

std::unique_ptr<eviction_policy> make_eviction_policy(eviction_order order) {
  constexpr std::size_t blocks_at_first = 1024; // the sketch grows with the tier
  switch (order) {
  case eviction_order::lru: break;
  case eviction_order::s3_fifo: return make_s3_fifo_policy();
  case eviction_order::w_tinylfu: return make_w_tinylfu_policy(blocks_at_first);
  case eviction_order::conversation: return make_conversation_policy();
  }
  return make_lru_policy();
}

} // namespace hearth::storage
