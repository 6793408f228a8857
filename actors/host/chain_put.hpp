#pragma once

#include "actors/host/cache_impl.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace hearth {

/// A chain on its way into the cache: one message, or as few as hot_cache's mailbox takes the bytes in, one after the
/// other. Ends with the first message that is refused: what was not sent has that error. Threads: started on one, goes
/// on where the replies come.
class chain_put : public std::enable_shared_from_this<chain_put> {
public:
  using outcomes = std::vector<result<put_outcome>>;

  /// Pre: `chain` is not empty; `owner` outlives all replies.
  chain_put(cache::impl& owner, std::vector<storage::block> chain, cache::callback<outcomes> done);

  /// Sends the next message. Its reply comes back here.
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
