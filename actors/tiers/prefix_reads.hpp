#pragma once

#include "actors/tiers/cold_reads.hpp"
#include "messages/host_messages.hpp"
#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace hearth::actors {

/// The run of a chain that a get has found.
struct found_prefix {
  storage::namespace_id name_space = 0;
  std::vector<storage::buffer> blocks; ///< as long as the run may get; empty where a cold read is open
  bool truncated = false;              ///< by a limit
};

/// Gets that wait for cold reads: each block that was read finds its place in the run, and a read that failed shortens
/// it. Answers nobody itself: the caller has the requests, by number. Threads: one owner.
class prefix_reads {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The answer to a get whose last read has ended.
  struct answered_get {
    std::uint64_t number = 0;
    storage::namespace_id name_space = 0;
    storage::result<messages::get_prefix_reply> outcome; ///< no_memory: the first block found none
  };

  /// A get whose time is up.
  struct late_get {
    std::uint64_t number = 0;
    storage::namespace_id name_space = 0;
    std::size_t open = 0; ///< reads that have not ended
  };

  /// Get `number`, a new number, waits until `deadline` for `open` reads, at least one.
  void add(std::uint64_t number, found_prefix found, std::size_t open, time_point deadline);

  /// The read that `who` waits for has ended. Returns the answer if that was the last one of its get. Pre: the get is
  /// here.
  [[nodiscard]] std::optional<answered_get> end_read(const read_waiter& who,
                                                     const storage::result<storage::block>& outcome);

  /// Takes the gets out whose deadline has passed at `now`.
  [[nodiscard]] std::vector<late_get> take_late(time_point now);

  /// The earliest deadline. Nothing: no get waits.
  [[nodiscard]] std::optional<time_point> next_deadline() const;

private:
  struct get {
    found_prefix found;
    std::size_t open = 0;
    time_point deadline;
    std::size_t usable = 0; ///< shorter than the run once a read has failed
    std::size_t unread = 0; ///< first block that is there, but found no memory; behind the run: none
  };

  static answered_get answer(std::uint64_t number, get ended);

  std::map<std::uint64_t, get> gets_;
};

} // namespace hearth::actors
