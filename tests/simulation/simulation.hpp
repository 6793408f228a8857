#pragma once

#include "storage/simulated/memory_file_system.hpp"
#include "tests/simulation/profile.hpp"
#include "tests/simulation/scattered_disk.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/block_history.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hearth::simulation {

using history = testing::block_history;

/// Result of a run. `fired`: events and how often each happened.
struct sim_report {
  std::string violation;     ///< empty: no violation
  std::size_t operation = 0; ///< operation during which the violation was seen
  std::uint64_t trace_hash = 0;
  std::map<std::string, std::uint64_t> fired;
  std::vector<std::string> log; ///< the operations, if requested
};

struct sim_request {
  std::uint64_t seed = 1;
  std::size_t operations = 1'000;
  std::set<std::size_t> skipped{}; ///< operations to skip; used to shorten a failing run
  bool keep_log = false;
};

/// Simulation of a whole cache, actors and cold tier included. One seed decides which actor runs next, what hosts
/// request, what the disk does, which actor dies, and when power fails. Every operation has its own random numbers:
/// skipping one does not change the others. `history` tells which replies are allowed; any other reply ends the run.
/// Time is virtual, so the same seed gives the same report. Threads: one.
class simulation {
public:
  explicit simulation(sim_request request);

  [[nodiscard]] sim_report run();

private:
  using number = history::number;
  using seconds = std::chrono::seconds;
  using milliseconds = std::chrono::milliseconds;

  /// Pending request to the cache.
  struct question {
    std::string what;
    std::chrono::nanoseconds due{}; ///< in virtual time
  };

  // simulation.cpp
  void operate(std::size_t index);
  void open();
  void check();
  void check(const stats::snapshot& seen);
  void live();
  void finish();
  void settle();
  void audit();
  [[nodiscard]] std::uint64_t count_present();
  void read_all_back();
  void note(const std::string& what, std::uint64_t more = 0);
  void fail(const std::string& what);
  void fire(const std::string& kind, std::uint64_t times = 1) { report_.fired[kind] += times; }

  // operations.cpp: requests of hosts.
  void host_asks(chance& draws);
  void put(chance& draws);
  void put_many(chance& draws);
  void put_made(chance& draws);
  void put_ended(number block, history::version which, const result<put_outcome>& put);
  void account(const result<put_outcome>& put);
  void get_prefix(chance& draws);
  void erase(chance& draws);
  void clear(chance& draws);
  void clear_hot(chance& draws);
  void clear_cold(chance& draws);
  [[nodiscard]] std::pair<std::optional<namespace_id>, std::vector<number>> to_clear(chance& draws) const;
  void contains(chance& draws);
  void flush(chance& draws);
  void limit(chance& draws);
  void ask_stats();
  void reset_stats();
  void ask_durable(history::moment synced_from);
  void check_block(number block, const buffer& found, history::moment begun);
  [[nodiscard]] block_key key(number block) const;
  [[nodiscard]] std::size_t size(number block) const;
  [[nodiscard]] std::optional<block_key> parent(number block) const;
  [[nodiscard]] namespace_id name_space(number block) const { return block % 5 == 4 ? other_ : 0; }
  [[nodiscard]] std::vector<number> chain_from(number first, std::size_t length) const;
  [[nodiscard]] buffer payload(number block, history::version which) const;
  std::uint64_t asked(std::string what, milliseconds limit);
  void answered(std::uint64_t question, errc code);

  // adversity.cpp: faults.
  void adversity(chance& draws);
  void plan_fault(chance& draws);
  void damage(chance& draws);
  void damage_done();
  void cut_short(chance& draws);
  [[nodiscard]] storage::directory_entry draw_file(chance& draws);
  void fill_disk(chance& draws);
  void kill_actor(chance& draws);
  void directory_goes(chance& draws);
  void directory_returns();
  void restart(chance& draws);
  void crash(chance& draws);
  void end_process();
  void look_for_durable(const std::string& after);
  void no_more_faults();

  sim_request request_;
  chance seed_;
  profile profile_;
  sim_report report_;
  history history_;
  std::shared_ptr<storage::memory_file_system> files_;
  std::optional<testing::actor_world> world_;
  std::shared_ptr<scattered_disk> disk_;
  std::optional<cache> kept_;
  chance order_;
  namespace_id other_ = 0; ///< the second namespace
  std::size_t operation_ = 0;
  std::uint64_t last_question_ = 0;
  std::map<std::uint64_t, question> open_;

  /// Limits: the last acknowledged ones (`now`), and the most that may be in use until usage is below the new limit
  /// (`most`).
  struct limits {
    std::uint64_t hot_now = 0;
    std::uint64_t hot_most = 0;
    std::uint64_t cold_now = 0;
    std::uint64_t cold_most = 0;
    unsigned in_flight = 0;
  };
  limits limits_;
  bool dead_ = false;            ///< hot_cache died: the cache replies `closed`
  bool away_ = false;            ///< the directory is away
  std::uint64_t times_away_ = 0; ///< since the cache was opened

  /// Counts for an audit since the cache was opened: blocks stored, and blocks reported to hosts as gone.
  struct accounts {
    bool known = false; ///< every reply told the outcome
    std::uint64_t present_at_first = 0;
    std::uint64_t stored = 0;
    std::uint64_t erased = 0;
    std::uint64_t preflight_full = 0; ///< refusals seen by hosts
    std::uint64_t late_full = 0;
  };
  accounts accounts_;
  bool damaged_ = false; ///< the directory was damaged since it was new
};

} // namespace hearth::simulation
