#include "actors/host/chain_put.hpp"

#include <utility>

namespace hearth {

chain_put::chain_put(cache::impl& owner, std::vector<storage::block> chain, cache::callback<outcomes> done)
    : owner_(owner), chain_(std::move(chain)), done_(std::move(done)) {
  ended_.reserve(chain_.size());
}

/// As many blocks as an empty mailbox takes, but at least one; that block may be refused as too_large.
std::vector<storage::block> chain_put::next_piece() {
  const auto bytes_max = owner_.parts().hot_cache_mailbox.gate->limits().bytes_max;
  std::vector<storage::block> piece;
  for (std::uint64_t bytes = 0; sent_ < chain_.size(); ++sent_) {
    bytes += chain_[sent_].payload.size();
    if (bytes > bytes_max && !piece.empty())
      break;
    piece.push_back(std::move(chain_[sent_]));
  }
  return piece;
}

void chain_put::go_on() {
  auto piece = next_piece();
  const auto name_space = piece.front().name_space;
  cache::callback<outcomes> next = [self = shared_from_this()](result<outcomes> reply) {
    self->answered(std::move(reply));
  };
  owner_.ask<messages::put_many_reply>(messages::put_many_request{name_space, std::move(piece), {}}, std::move(next),
                                       [](messages::put_many_reply reply) { return std::move(reply.outcomes); });
}

void chain_put::answered(result<outcomes> reply) {
  if (!reply && ended_.empty()) { // nothing has changed
    owner_.deliver<outcomes>(done_, reply.error());
    return;
  }
  if (reply)
    for (auto& end : *reply)
      ended_.push_back(std::move(end));
  else
    ended_.resize(chain_.size(), reply.error());
  if (ended_.size() < chain_.size())
    go_on();
  else
    owner_.deliver<outcomes>(done_, std::move(ended_));
}

} // namespace hearth
