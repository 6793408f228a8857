#pragma once

#include "actors/host/cache.hpp"
#include "tests/crash/crash_child.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace hearth::crash {

/// State shared by all host threads of a child.
struct shared_work {
  std::atomic<std::uint64_t> next_version;
  std::atomic<std::uint64_t> put_bytes_left;
};

/// One host thread of a child: puts, gets, erases, clears and flushes on its own keys, and reports each before and
/// after. Obeys the contract: puts another version of a block only after an erase. Threads: one owner.
class lane_work {
public:
  lane_work(cache& kept, const child_order& order, const event_sender& reports, shared_work& shared,
            const std::vector<namespace_id>& name_spaces, std::uint32_t number);

  /// Works until the plan's operations, or the bytes that may be put, are used up.
  void run();

  void get(std::uint32_t key);
  void tell_figures();

  /// Keys of all lanes that are in some tier now.
  [[nodiscard]] key_bits present();

  [[nodiscard]] const event_sender& reports() const noexcept { return reports_; }

private:
  /// What this thread knows about a key.
  struct known_block {
    bool known = false;                   ///< false: not read yet; an earlier process may have left a block
    std::optional<std::uint64_t> version; ///< version present; nothing: no block
  };

  void act();
  void put_chain();
  void put(std::uint32_t key);
  void get_chain();
  void erase();
  void clear();
  void flush();
  void pause();
  void tell_got(std::uint32_t key, const result<buffer>& got);
  [[nodiscard]] std::uint32_t draw_key() {
    return number_ * keys_per_lane + static_cast<std::uint32_t>(random_.below(keys_per_lane));
  }
  [[nodiscard]] std::uint8_t lane() const noexcept { return static_cast<std::uint8_t>(number_); }

  cache& kept_;
  const child_order& order_;
  const event_sender& reports_;
  shared_work& shared_;
  const std::vector<namespace_id>& name_spaces_;
  std::uint32_t number_;
  draws random_;
  std::array<known_block, keys_total> blocks_{};
};

} // namespace hearth::crash
