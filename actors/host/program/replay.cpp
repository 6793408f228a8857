#include "actors/host/program/replay.hpp"

#include "actors/host/program/replay_payload.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

namespace hearth {

namespace {

result<buffer> make_payload(const block_key& key, std::uint64_t bytes) {
  auto fresh = mutable_buffer::allocate(bytes);
  if (!fresh)
    return fresh.error();
  fill_payload(key, fresh->bytes());
  return std::move(*fresh).publish();
}

/// Longest piece, in blocks, of a chain per get: a longer chain is requested in pieces, so that a chain that is
/// returned in small parts is not sent again and again.
constexpr std::size_t keys_at_once = 4096;

class replayer {
public:
  replayer(const replay_target& target, const replay_settings& settings, const replay_hooks& hooks)
      : target_(target), settings_(settings), hooks_(hooks) {}

  result<replay_counts> run(const request_source& next) {
    const auto start = hooks_.now_ns();
    while (!(counts_.stopped = stopped())) {
      const auto asked = next();
      if (!asked)
        break;
      if (auto done = one_request(*asked); !done)
        return failure{done.code(), "request " + std::to_string(counts_.requests + 1) + ": " + done.error().context};
      counts_.requests += 1;
      counts_.ns = hooks_.now_ns() - start;
      if (hooks_.request_done)
        hooks_.request_done(counts_);
    }
    return std::move(counts_);
  }

private:
  [[nodiscard]] bool stopped() const { return hooks_.stop && hooks_.stop(); }

  result<void> one_request(const request& asked) {
    keys_.clear();
    for (auto id : asked.block_ids)
      keys_.push_back(replay_key(id, settings_.block_bytes));
    counts_.blocks_asked += keys_.size();
    const auto present = read_prefix();
    if (!present)
      return present.error();
    for (auto at = *present; at < keys_.size() && !stopped(); ++at)
      if (auto done = put_block(at); !done)
        return done.error();
    return {};
  }

  /// Reads the longest present prefix of `keys_`, in as many calls as it takes. Returns its length in blocks.
  result<std::size_t> read_prefix() {
    std::size_t present = 0;
    bool right = true;
    for (bool more = true; more && present < keys_.size() && !stopped();) {
      const auto rest = std::span{keys_}.subspan(present, std::min(keys_.size() - present, keys_at_once));
      const auto start = hooks_.now_ns();
      const auto answer = target_.get_prefix(rest);
      counts_.get_ns.add(hooks_.now_ns() - start);
      if (!answer && (answer.code() == errc::overloaded || answer.code() == errc::no_memory)) {
        counts_.gets_refused += 1;
        break;
      }
      if (!answer)
        return failure{answer.code(), "get_prefix: " + answer.error().context};
      const auto& blocks = answer->blocks;
      if (blocks.size() > rest.size())
        return failure{errc::corrupt, "get_prefix: asked for " + std::to_string(rest.size()) + " blocks, found " +
                                          std::to_string(blocks.size())};
      for (std::size_t i = 0; i < blocks.size(); ++i)
        right = check(rest[i], blocks[i], right);
      present += blocks.size();
      more = !blocks.empty() && (answer->truncated || blocks.size() == rest.size());
      counts_.gets_refused += answer->truncated && blocks.empty(); // no budget even for one block
    }
    return present;
  }

  /// Counts one block that was handed out. `right_so_far`: all blocks before it had the right bytes. Returns whether
  /// this holds including the block.
  bool check(const block_key& key, const buffer& block, bool right_so_far) {
    const auto bytes = block.bytes();
    const bool right = bytes.size() == settings_.block_bytes &&
                       (settings_.verify ? is_payload(key, bytes) : has_payload_ends(key, bytes));
    counts_.bytes_read += bytes.size();
    counts_.wrong_blocks += !right;
    counts_.usable_blocks += right && right_so_far;
    return right && right_so_far;
  }

  result<void> put_block(std::size_t at) {
    const auto& key = keys_[at];
    put_options options;
    if (at > 0)
      options.parent = keys_[at - 1];
    const auto produce = [&] { return make_payload(key, settings_.block_bytes); };
    const auto start = hooks_.now_ns();
    const auto outcome = target_.put(key, settings_.block_bytes, produce, options);
    counts_.put_ns.add(hooks_.now_ns() - start);
    const bool refused = outcome.code() == errc::overloaded || outcome.code() == errc::orphan;
    if (!outcome && !refused)
      return failure{outcome.code(), "put: " + outcome.error().context};
    counts_.puts += 1;
    if (!outcome) {
      counts_.puts_refused += 1;
    } else if (*outcome == put_outcome::refreshed) {
      counts_.refreshed += 1;
    } else {
      counts_.stored += 1;
      counts_.bytes_put += settings_.block_bytes;
    }
    assert(counts_.puts == counts_.stored + counts_.refreshed + counts_.puts_refused);
    return {};
  }

  const replay_target& target_;
  const replay_settings& settings_;
  const replay_hooks& hooks_;
  replay_counts counts_;
  std::vector<block_key> keys_; ///< of the current request
};

} // namespace

result<replay_counts> replay(const request_source& next, const replay_target& target, const replay_settings& settings,
                             const replay_hooks& hooks) {
  assert(settings.block_bytes >= 1 && hooks.now_ns && target.get_prefix && target.put);
  return replayer{target, settings, hooks}.run(next);
}

} // namespace hearth
