#pragma once

#include "actors/host/cache_impl.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace hearth {

/// Chain put: sends a chain to hot_cache in one message, or in as few messages as its mailbox allows, one after the
/// other. It ends at the first refused message: blocks that were not sent get that error. Threads: started on one
/// thread, continues on the threads that deliver the replies.
class chain_put : public std::enable_shared_from_this<chain_put> {
public:
  using outcomes = std::vector<result<put_outcome>>;

  /// Pre: `chain` is not empty; `owner` outlives all replies.
  chain_put(cache::impl& owner, std::vector<storage::block> chain, cache::callback<outcomes> done);

  /// Sends the next message. Its reply arrives here.
  void go_on();

private:
  [[nodiscard]] std::vector<storage::block> next_piece();
  void answered(result<outcomes> reply);

  cache::impl& owner_;
  std::vector<storage::block> chain_;
  std::size_t sent_ = 0;
  outcomes ended_;
  cache::callback<outcomes> done_;
};

} // namespace hearth
