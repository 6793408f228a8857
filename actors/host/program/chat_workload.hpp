#pragma once

#include "actors/host/program/workload.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth {

/// Shape of a chat workload. The defaults are those of `hearth replay` and `hearth policies`.
struct chat_habits {
  std::size_t conversations_max = 256;   ///< most open conversations; 4 or more
  std::size_t recent_conversations = 32; ///< conversations that get most of the turns
  unsigned new_in_ten = 3;               ///< of ten requests, this many begin a conversation
  unsigned far_one_in = 4;               ///< one in this many later turns goes to any conversation, not a recent one
  unsigned ends_one_in = 4;              ///< one in this many turns is the last of its conversation
};

/// Chat workload: generates the requests of a chat service. Many conversations are interleaved and share a few system
/// prompts; each turn asks for all blocks of its conversation and adds some. Recent conversations continue more often
/// than old ones.
/// The same seed gives the same requests on every compiler and machine: splitmix64 (Steele, Lea and Flood, OOPSLA 2014)
/// and integers only. Conversations have at most 400 blocks each. Threads: one owner.
class chat_workload {
public:
  /// Blocks are numbered from `first_id` on.
  explicit chat_workload(std::uint64_t seed, const chat_habits& habits = {}, std::uint64_t first_id = 0);

  /// Returns the next request, never an empty one. There is always a next request.
  [[nodiscard]] request next();

private:
  using blocks = std::vector<std::uint64_t>;

  std::uint64_t random() noexcept;
  std::uint64_t below(std::uint64_t bound) noexcept; ///< 0..bound-1; pre: 1 <= bound <= 2^32
  void append_new(blocks& to, std::uint64_t count);
  blocks take_conversation(); ///< takes an open conversation, or a new one; removes it from `active_`

  chat_habits habits_;
  std::uint64_t state_;
  std::uint64_t next_id_;
  std::vector<blocks> system_prompts_;
  std::vector<blocks> active_; ///< conversations, the most recent one last
};

/// The first `count` requests of the chat with this seed. Threads: any.
[[nodiscard]] std::vector<request> chat_requests(std::uint64_t seed, std::size_t count, const chat_habits& habits = {},
                                                 std::uint64_t first_id = 0);

} // namespace hearth
