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
#include <vector>

namespace hearth::simulation {

using history = testing::block_history;

/// What a run showed. `fired`: what happened to the cache, and how often.
struct sim_report {
  std::string violation;     ///< empty: none
  std::size_t operation = 0; ///< during which it was seen
  std::uint64_t trace_hash = 0;
  std::map<std::string, std::uint64_t> fired;
  std::vector<std::string> log; ///< the operations, if asked for
};

struct sim_request {
  std::uint64_t seed = 1;
  std::size_t operations = 1'000;
  std::set<std::size_t> skipped{}; ///< operations to leave out: how a failing run is shortened
  bool keep_log = false;
};

/// A whole cache, its actors and its cold tier in a world that one seed decides: who runs next, what hosts ask, what
/// the disk does, who dies, when the power goes. Every operation draws from numbers of its own, so leaving one out does
/// not change what the others are. `history` says what is allowed; what is seen that is not ends the run.
/// Threads: one; what is random is drawn from the seed, what is time is virtual: the same seed, the same report.
class simulation {
public:
  explicit simulation(sim_request request);

  [[nodiscard]] sim_report run();

private:
  using number = history::number;
  using seconds = std::chrono::seconds;
  using milliseconds = std::chrono::milliseconds;

  /// A question to the cache that has no answer yet.
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

  // operations.cpp: what hosts ask.
  void host_asks(chance& draws);
  void put(chance& draws);
  void put_many(chance& draws);
  void put_made(chance& draws);
  void put_ended(number block, history::version which, const result<put_outcome>& put);
  void account(const result<put_outcome>& put);
  void get_prefix(chance& draws);
  void erase(chance& draws);
  void clear(chance& draws);
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

  // adversity.cpp: what goes wrong.
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

  /// What was asked for and answered last, and the most that may be in use until a lower one is reached.
  struct limits {
    std::uint64_t hot_now = 0;
    std::uint64_t hot_most = 0;
    std::uint64_t cold_now = 0;
    std::uint64_t cold_most = 0;
    unsigned in_flight = 0;
  };
  limits limits_;
  bool dead_ = false;            ///< hot_cache died: the cache answers closed
  bool away_ = false;            ///< the directory is
  std::uint64_t times_away_ = 0; ///< since the cache was opened

  /// What an audit compares since the cache was opened: blocks that came, and blocks that hosts were told have gone.
  struct accounts {
    bool known = false; ///< every answer said what had happened
    std::uint64_t present_at_first = 0;
    std::uint64_t stored = 0;
    std::uint64_t erased = 0;
    std::uint64_t preflight_full = 0; ///< refusals that hosts saw
    std::uint64_t late_full = 0;
  };
  accounts accounts_;
  bool damaged_ = false; ///< something was, since the directory was new
};

} // namespace hearth::simulation
