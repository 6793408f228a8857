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

/// The oracle of every test that asks a whole cache at random: it is told which calls began, when they ended and how
/// they were answered, and says what a get may return, and whether it may miss. Blocks are numbers; the bytes of a put
/// are named by a version. Functions that judge an answer return what is wrong with it in words; empty: nothing.
///
/// A get may return a version if its put began before the get ended, the put was not refused, and no other call took
/// the block away in between. A call takes a block away if it began after the put had ended, and had ended before the
/// get began: an erase, a put of another version that was answered `stored` (so nothing was there), a get that returned
/// another version, or an answer that nothing is there. Puts without an answer end when the cache is opened anew. A
/// crash, or an end that no sync covers, undoes what took blocks away.
///
/// Whether a get may miss depends on limits and modes of the cache, which the caller knows. The history knows whether
/// a block was there, and nothing has touched it since: `there_since` within one life of the cache, `promised` beyond
/// it, because a sync covers the block.
///
/// Forgets what no call that is under way or still to come can need: memory stays bounded as long as blocks are erased
/// and synced now and then, and the beginnings of calls come from `begins`. Threads: any; each block has a lock of its
/// own, so that checking orders them little.
class block_history {
public:
  using number = std::uint32_t;
  using version = std::uint64_t;
  using moment = std::uint64_t;

  /// How a put ended. `refreshed`: the block was there, and the bytes of the put were not taken. `refused`: nor were
  /// they. `perhaps`: the answer does not tell. `unknown`: no answer, or one that does not even tell whether the block
  /// may still be stored later.
  enum class put_end : std::uint8_t { stored, refreshed, refused, perhaps, unknown };

  explicit block_history(number blocks) : blocks_(blocks) {}

  /// A call begins; `ended` with what this returns must follow, after all that is told and asked of the call.
  [[nodiscard]] moment begins();
  void ended(moment begun);
  /// Later than all before.
  [[nodiscard]] moment now() noexcept { return clock_.fetch_add(1) + 1; }

  /// The call that began at `begun` puts `block`. Returns its version: `which`, or the next of the block if that is 0.
  version put_begins(number block, moment begun, version which = 0);
  [[nodiscard]] std::string put_ends(number block, version which, put_end end);

  /// The call that began at `begun` takes `block` away.
  void erase_begins(number block, moment begun);
  /// Done: the block was gone when this was answered. Else it may be, or not.
  void erase_ends(number block, moment begun, bool done);

  /// A get that lasted from `begun` to `ended` returned this.
  [[nodiscard]] std::string check(number block, version which, moment begun, moment ended);
  /// The call that began at `begun` was told that `block` is there.
  [[nodiscard]] std::string check_there(number block, moment begun);
  /// The call that began at `begun` did not find `block`, in a cache that gives up nothing that is promised.
  [[nodiscard]] std::string check_miss(number block, moment begun);
  /// It was right, or the caller has seen to it: from `ended` on nothing is there of what was put before `begun`.
  void missed(number block, moment begun, moment ended);

  /// Versions that are remembered, newest first: for blocks too small to tell their own.
  [[nodiscard]] std::vector<version> versions(number block);

  /// When a call ended that found or left `block` in this life of the cache, and nothing has touched it since.
  [[nodiscard]] std::optional<moment> there_since(number block);
  /// No put or erase that may have changed `block` was under way at `begun` or has begun since.
  [[nodiscard]] bool untouched(number block, moment begun);

  /// A sync has ended that covers all that had ended at `begun`.
  void synced(moment begun) noexcept;
  /// `block` was seen after a sync that began at `sync_begun` and left nothing unwritten: it survives every end until
  /// it is erased, missed or stored anew. Without effect if it is not `untouched` since, or nothing explains it.
  /// `exact`: until then gets return what was put before that sync; else the block may have made room for others, and
  /// have been put again, unnoticed.
  void promise(number block, moment sync_begun, bool exact);
  [[nodiscard]] bool promised(number block);
  /// Something has happened to it that a sync does not help against.
  void release(number block);
  /// The cache was ended, or has crashed, and is opened anew. Calls that are under way get no answer.
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
  enum class cause : std::uint8_t { erase, put, get, miss };
  /// A call after which nothing is left of what was put before it.
  struct removal {
    cause by = cause::erase;
    moment begun = 0;
    std::optional<moment> ended{};
    version which = 0; ///< that a put stored, finding nothing, or that a get returned; 0: none
  };
  struct promise_made {
    moment begun = 0; ///< of the sync
    bool exact = false;
  };
  struct block_calls {
    std::mutex mutex;
    version last = 0;
    std::deque<put> puts;
    std::vector<removal> removals;
    std::optional<removal> forgot_by; ///< the last for which a put was forgotten
    moment erased_at = 0;             ///< when an erase ended last, done or not
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
  std::set<moment> calls_;           ///< under way, by their begin
  std::atomic<moment> watermark_{0}; ///< no call that is under way or to come began before
};

} // namespace hearth::testing
