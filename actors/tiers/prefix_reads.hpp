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

/// Run of a chain that a get has found.
struct found_prefix {
  storage::namespace_id name_space = 0;
  std::vector<storage::buffer> blocks; ///< longest possible run; a block is empty while its cold read is in flight
  bool truncated = false;              ///< by a limit
};

/// Gets that wait for cold reads. Each block that was read goes to its position in the run; a failed read shortens the
/// run. Sends no answers: the caller keeps the requests, by number. Threads: one owner.
class prefix_reads {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Answer to a get whose last read has ended.
  struct answered_get {
    std::uint64_t number = 0;
    storage::namespace_id name_space = 0;
    storage::result<messages::get_prefix_reply> outcome; ///< no_memory: no memory for the first block
  };

  /// Get whose deadline has passed.
  struct late_get {
    std::uint64_t number = 0;
    storage::namespace_id name_space = 0;
    std::size_t open = 0; ///< reads that have not ended
  };

  /// Adds get `number`, which waits until `deadline` for `open` reads. Pre: the number is new; `open` is at least 1.
  void add(std::uint64_t number, found_prefix found, std::size_t open, time_point deadline);

  /// The read that `who` waits for has ended. Returns the answer if it was the last read of its get. Pre: the get is
  /// here.
  [[nodiscard]] std::optional<answered_get> end_read(const read_waiter& who,
                                                     const storage::result<storage::block>& outcome);

  /// Removes and returns the gets whose deadline has passed at `now`.
  [[nodiscard]] std::vector<late_get> take_late(time_point now);

  /// The earliest deadline. Not set: no get waits.
  [[nodiscard]] std::optional<time_point> next_deadline() const;

private:
  struct get {
    found_prefix found;
    std::size_t open = 0;
    time_point deadline;
    std::size_t usable = 0; ///< length of the run; shorter once a read has failed
    std::size_t unread = 0; ///< first block that is present but got no memory; past the end of the run: all got memory
  };

  static answered_get answer(std::uint64_t number, get ended);

  std::map<std::uint64_t, get> gets_;
};

} // namespace hearth::actors
