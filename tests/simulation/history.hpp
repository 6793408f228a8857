#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace hearth::simulation {

/// What a host was told of a put. `refused`: its bytes were not taken; `stored`: the block was nowhere before it.
enum class put_end { unknown, refused, stored };

/// The model: what was asked of a cache and answered, and therefore what a get may return. Blocks are numbers, their
/// bytes are named by versions: every put brings a version of its own.
///
/// A get may return a version if its put had begun, and nothing that says the block is gone began after that put had
/// ended and ended before the get began: an erase, another put that was stored, for that is what a block is only if it
/// was nowhere, or a get that returned another version. A crash undoes what no sync had covered. A block must be there
/// if a sync covered it and nothing has touched it since; whether the cache had a right to reclaim it is the caller's
/// to know.
class history {
public:
  using number = unsigned;
  using version = std::uint64_t;
  using moment = std::uint64_t;

  /// Each is later than the one before.
  moment now() noexcept { return ++clock_; }

  /// The version of a put that begins now.
  version put_begins(number block);
  /// It has ended.
  void put_ends(number block, version which, put_end end);

  /// Erases begin now; returns a token for their end.
  std::uint64_t erase_begins(const std::vector<number>& blocks);
  /// Done: the blocks were gone when this was answered. Else they may be, or not.
  void erase_ends(std::uint64_t token, bool done);

  /// A sync has ended that covers all that had ended at `begun`.
  void synced(moment begun);

  /// `present` were seen in the cache after a sync that began at `synced_from`, which left nothing unwritten: those
  /// that nobody has touched since then survive a crash. Blocks whose put began later are not meant.
  void durable(moment synced_from, const std::vector<number>& present);

  /// The process is gone, its answers have all been given: erases that no sync had covered may be undone.
  void crashed();

  /// Whether a get that began at `begun` may return this now.
  [[nodiscard]] bool may_return(number block, version which, moment begun) const;
  /// It has: what had been put before it began is gone.
  void returned(number block, version which, moment begun);

  /// Blocks that must be there after a crash.
  [[nodiscard]] const std::set<number>& must_be_there() const noexcept { return durable_; }
  void durable_no_more() noexcept { durable_.clear(); }
  void durable_no_more(number block) { durable_.erase(block); }

private:
  struct put {
    moment begun = 0;
    std::optional<moment> ended;
    bool stored = false; ///< what was put before it is gone
    bool synced = false;
    std::optional<moment> seen_gone; ///< a get has returned another version, which came later
  };
  struct erase {
    std::vector<number> blocks;
    moment begun = 0;
    std::optional<moment> ended;
    bool synced = false;
  };

  moment clock_ = 0;
  version last_version_ = 0;
  std::uint64_t last_token_ = 0;
  moment synced_until_ = 0;
  std::map<number, std::map<version, put>> puts_;
  std::map<std::uint64_t, erase> erases_;
  std::map<number, std::vector<std::uint64_t>> erases_of_; ///< tokens
  std::set<number> durable_;
};

} // namespace hearth::simulation
