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

namespace hearth::testing {

/// Oracle for tests that make random calls to a whole cache. Input: which calls began, when they ended, and their
/// replies. It tells what a get may return, and whether it may miss. A block is a number; a version names the bytes of
/// a put. Functions that check a reply return the violation in words, or an empty string.
///
/// A get may return a version if its put began before the get ended, the put was not refused, and no other call removed
/// the block in between. A call removes the block if it began after the put had ended, and ended before the get began.
/// Such calls are: an erase, a put of another version with the reply `stored` (so the block was absent), a get that
/// returned another version, and a reply that the block is absent. Puts without a reply end when the cache is reopened.
/// A crash, or an end that no sync covers, undoes removals.
///
/// Whether a get may miss depends on the limits and modes of the cache, which the caller knows. The history knows
/// whether a block was present and not touched since: `there_since` within one life of the cache, `promised` beyond it,
/// because a sync covers the block.
///
/// Memory is bounded: the history forgets what no pending or future call can need, provided that blocks are erased and
/// synced from time to time, and calls take their begin from `begins`. Threads: any; one lock per block, so that
/// checking imposes little order on the calls.
class block_history {
public:
  using number = std::uint32_t;
  using version = std::uint64_t;
  using moment = std::uint64_t;

  /// Outcome of a put. `refreshed`: the block was present, the bytes of the put were not stored. `refused`: the bytes
  /// were not stored either. `perhaps`: the reply does not tell. `unknown`: no reply, or a reply that leaves open
  /// whether the block is stored later.
  enum class put_end : std::uint8_t { stored, refreshed, refused, perhaps, unknown };

  explicit block_history(number blocks) : blocks_(blocks) {}

  /// A call begins. Call `ended` with the returned moment after everything about this call was reported and checked.
  [[nodiscard]] moment begins();
  void ended(moment begun);
  /// A moment later than all before.
  [[nodiscard]] moment now() noexcept { return clock_.fetch_add(1) + 1; }

  /// The call that began at `begun` puts `block`. Returns the version: `which`, or the block's next version if `which`
  /// is 0.
  version put_begins(number block, moment begun, version which = 0);
  [[nodiscard]] std::string put_ends(number block, version which, put_end end);

  /// The call that began at `begun` erases `block`.
  void erase_begins(number block, moment begun);
  /// `done`: the block was absent at the reply. Otherwise its state is unknown.
  void erase_ends(number block, moment begun, bool done);

  /// A call begins that may take `block` away, and whose reply does not tell: a clear of one tier. Every version stays
  /// allowed, the block may be absent, and a sync that began before the call has ended promises nothing.
  void may_go_begins(number block);
  void may_go_ends(number block);

  /// Checks that a get from `begun` to `ended` may return this version.
  [[nodiscard]] std::string check(number block, version which, moment begun, moment ended);
  /// Checks the reply that `block` is present, to the call that began at `begun`.
  [[nodiscard]] std::string check_there(number block, moment begun);
  /// Checks the reply that `block` is absent, to the call that began at `begun`, in a cache that never loses a promised
  /// block.
  [[nodiscard]] std::string check_miss(number block, moment begun);
  /// The block is absent, as checked by the caller: from `ended` on, no put that ended before `begun` can be found.
  void missed(number block, moment begun, moment ended);

  /// Remembered versions, newest first; for blocks too small to carry their version.
  [[nodiscard]] std::vector<version> versions(number block);

  /// End of the last call that found or left `block` in this life of the cache, if nothing has touched the block since.
  [[nodiscard]] std::optional<moment> there_since(number block);
  /// True if no put or erase that may have changed `block` was pending at `begun` or has begun since.
  [[nodiscard]] bool untouched(number block, moment begun);

  /// A sync has ended that covers every call that had ended at `begun`.
  void synced(moment begun) noexcept;
  /// `block` was seen after a sync that began at `sync_begun` and left nothing dirty: it survives every end of the
  /// cache until it is erased, missed or stored anew. No effect if the block is not `untouched` since, or no put
  /// explains it. `exact`: until then, gets return what was put before that sync. Otherwise the block may have been
  /// reclaimed and put again unnoticed.
  void promise(number block, moment sync_begun, bool exact);
  [[nodiscard]] bool promised(number block);
  /// Cancels the promise for `block`: something happened to it that a sync does not protect against.
  void release(number block);
  /// The cache was closed or has crashed, and is reopened. Pending calls get no reply.
  void reopened();

  /// Number of entries now.
  [[nodiscard]] std::size_t size();

private:
  struct put {
    version which = 0;
    moment begun = 0;
    std::optional<moment> ended{};
    bool refused = false; ///< or refreshed
    bool seen = false;    ///< a get has returned it
  };
  enum class cause : std::uint8_t { erase, put, get, miss };
  /// A call that removed everything put before it.
  struct removal {
    cause by = cause::erase;
    moment begun = 0;
    std::optional<moment> ended{};
    version which = 0; ///< version that a put stored into an absent block, or that a get returned; 0: none
  };
  struct promise_made {
    moment begun = 0; ///< begin of the sync
    bool exact = false;
  };
  struct block_calls {
    std::mutex mutex;
    version last = 0;
    std::deque<put> puts;
    std::vector<removal> removals;
    std::optional<removal> forgot_by; ///< the last removal for which a put was forgotten
    moment erased_at = 0;             ///< end of the last erase, done or not
    unsigned may_go = 0;              ///< pending calls that may take the block away
    moment may_have_gone_at = 0;      ///< end of the last such call
    std::optional<moment> there_since;
    std::optional<promise_made> promise;
  };

  static std::string text(const removal& one);
  static std::string text(const put& one);
  static bool goes_with(const put& one, const removal& by) noexcept;
  static const removal* removal_of(const block_calls& of, const put& one, moment begun);
  static bool explained(const block_calls& of, moment begun);
  static bool untouched(const block_calls& of, moment begun);
  static std::string objection(const block_calls& of, const put& one, moment begun, moment ended);
  void seen_there(block_calls& of, moment begun);
  void forget(block_calls& of) const;

  std::vector<block_calls> blocks_;
  std::atomic<moment> clock_{0};
  std::atomic<moment> synced_until_{0};
  std::mutex calls_mutex_;
  std::set<moment> calls_;           ///< begins of the pending calls
  std::atomic<moment> watermark_{0}; ///< no pending or future call began before this
};

} // namespace hearth::testing
