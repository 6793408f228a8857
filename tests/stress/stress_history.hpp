#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hearth::stress {

/// What many threads asked of a cache, when they began to and when they had the answer, and therefore what a get may
/// return. Blocks are numbers; every put of a block brings a version of its own. Misses need no reason.
///
/// A get may return a version if its put began before the get ended, was not answered other than `stored`, and no other
/// call took the block away in between: an erase or clear that was answered, a put of another version that was answered
/// `stored` (so nothing was there any more), or a get that returned another version, which began after the put had
/// ended, and had ended when the get began. Puts without an answer have not ended until the cache is opened anew. An
/// end that no sync covers undoes what took blocks away.
///
/// Forgets what no call that is under way or still to come can need: memory stays bounded as long as blocks are erased
/// and synced now and then. Threads: any; each block has a lock of its own, so that checking orders them little.
class history {
public:
  using number = std::uint32_t;
  using version = std::uint64_t;
  using moment = std::uint64_t;

  /// How a put ended. `refreshed`, `refused`: its bytes were not taken. `unknown`: no answer, or one that does not
  /// tell: its block may be stored, or may yet be.
  enum class put_end : std::uint8_t { stored, refreshed, refused, unknown };

  explicit history(number blocks) : blocks_(blocks) {}

  /// A call begins; `ended` with what this returns must follow, after all that is told and asked of the call.
  [[nodiscard]] moment begins();
  void ended(moment begun);
  /// Later than all before.
  [[nodiscard]] moment now() noexcept { return clock_.fetch_add(1) + 1; }

  /// The call that began at `begun` puts `block`: its version.
  [[nodiscard]] version put_begins(number block, moment begun);
  /// Returns what is wrong with it; empty: nothing.
  [[nodiscard]] std::string put_ends(number block, version which, put_end end);

  /// The call that began at `begun` takes `block` away.
  void erase_begins(number block, moment begun);
  /// Done: the block was gone when this was answered. Else it may be, or not.
  void erase_ends(number block, moment begun, bool done);

  /// A get that lasted from `begun` to `ended` returned this. Returns what is wrong with that, with the calls
  /// concerned; empty: nothing.
  [[nodiscard]] std::string check(number block, version which, moment begun, moment ended);
  /// The call that began at `begun` was told that `block` is there, with another version than `except`. As above.
  [[nodiscard]] std::string check_there(number block, moment begun, version except = 0);

  /// Versions that are remembered, newest first: for blocks too small to tell their own.
  [[nodiscard]] std::vector<version> versions(number block);

  /// A sync has ended that covers all that had ended at `begun`.
  void synced(moment begun) noexcept;
  /// The cache was ended, and is opened anew. Pre: no call is under way.
  void reopened();

  /// Entries kept now.
  [[nodiscard]] std::size_t size();

private:
  struct put {
    version which = 0;
    moment begun = 0;
    std::optional<moment> ended{};
    bool refused = false; ///< or refreshed
    bool seen = false;    ///< a get has returned it
  };
  /// A call after which nothing is left of what was put before it.
  struct removal {
    moment begun = 0;
    std::optional<moment> ended{};
    version stored = 0; ///< the put that found nothing, or what a get returned; 0: an erase
    bool seen = false;  ///< by a get
  };
  struct block_history {
    std::mutex mutex;
    version last = 0;
    std::deque<put> puts;
    std::vector<removal> removals;
    std::optional<removal> forgot_by; ///< the last for which a put was forgotten
  };

  static std::string text(const removal& one);
  static std::string text(const put& one);
  static bool goes_with(const put& one, const removal& by) noexcept;
  static const removal* removal_of(const block_history& of, const put& one, moment begun);
  void forget(block_history& of) const;

  std::vector<block_history> blocks_;
  std::atomic<moment> clock_{0};
  std::atomic<moment> synced_until_{0};
  std::mutex calls_mutex_;
  std::set<moment> calls_;           ///< under way, by their begin
  std::atomic<moment> watermark_{0}; ///< no call that is under way or to come began before
};

} // namespace hearth::stress
