#pragma once

#include "storage/errors.hpp"
#include "tests/crash/crash_events.hpp"
#include "tests/crash/crash_plan.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hearth::crash {

/// How a child's life ended, and what it was doing then.
enum class life_phase : std::uint8_t { opening, working, flushing, closing, ended };
struct life_end {
  bool killed = false;                    ///< by us; else it ended by itself
  std::string accident;                   ///< not empty: it died of something else, or did nothing for too long
  life_phase phase = life_phase::opening; ///< ended: its last report was that of the end
};

/// A running child. Threads: one owner.
class child_process {
public:
  using clock = std::chrono::steady_clock;

  /// Starts this program once more, with the arguments (the first is its name), `environment` added to our own, and
  /// standard error appended to the file `log`. The number of the pipe's descriptor is added as the last argument.
  /// Errors: io.
  [[nodiscard]] static storage::result<child_process>
  start(std::vector<std::string> arguments, const std::vector<std::string>& environment, const std::string& log);

  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&&) = delete;
  ~child_process(); ///< kills it, if it still runs

  /// Hands its reports to `hear`, and kills it when `plan` says so. Returns when it is gone. A checker that has checked
  /// all is killed then if `kill_checked`.
  [[nodiscard]] life_end watch(const kill_plan& plan, bool kill_checked, const std::function<void(const event&)>& hear);

private:
  child_process(pid_t number, int reports) noexcept : number_(number), reports_(reports) {}

  bool read_some(std::vector<event>& into);
  void kill() noexcept;
  [[nodiscard]] std::string reap();

  pid_t number_;
  int reports_;                 ///< our end of the pipe
  std::vector<std::byte> rest_; ///< of a report that has not come as a whole
};

} // namespace hearth::crash
