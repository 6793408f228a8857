#pragma once

#include "actors/host/workload.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth {

/// Makes up the requests of a chat service: many conversations interleaved, a few system prompts that conversations
/// share, and turns that each ask for everything said before and bring some blocks of their own. Recent conversations
/// go on more often than old ones.
/// The same seed gives the same requests on every compiler and machine: splitmix64 (Steele, Lea and Flood, OOPSLA 2014)
/// and integers only. At most 256 conversations are kept, of at most 400 blocks each. Threads: one owner.
class chat_workload {
public:
  explicit chat_workload(std::uint64_t seed);

  /// The next request; never empty, and it never ends.
  [[nodiscard]] request next();

private:
  using blocks = std::vector<std::uint64_t>;

  std::uint64_t random() noexcept;
  std::uint64_t below(std::uint64_t bound) noexcept; ///< 0..bound-1; pre: 1 <= bound <= 2^32
  void append_new(blocks& to, std::uint64_t count);
  blocks take_conversation(); ///< one that goes on, or a new one; it leaves `active_`

  std::uint64_t state_;
  std::uint64_t next_id_ = 0;
  std::vector<blocks> system_prompts_;
  std::vector<blocks> active_; ///< conversations, the one that spoke last at the end
};

/// The first `count` requests of the chat with this seed. Threads: any.
[[nodiscard]] std::vector<request> chat_requests(std::uint64_t seed, std::size_t count);

} // namespace hearth
