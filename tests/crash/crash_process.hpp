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

/// How a child process ended, and in which phase.
enum class life_phase : std::uint8_t { opening, working, flushing, closing, ended };
struct life_end {
  bool killed = false;                    ///< by us; false: it ended by itself
  std::string accident;                   ///< if not empty: it died of another cause, or made no progress for too long
  life_phase phase = life_phase::opening; ///< `ended`: its last report was that of the end
};

/// A running child. Threads: one owner.
class child_process {
public:
  using clock = std::chrono::steady_clock;

  /// Starts this program again with `arguments` (the first is its name) and with `environment` added to ours; appends
  /// its standard error to the file `log`. Adds the number of the pipe's descriptor as last argument. Errors: io.
  [[nodiscard]] static storage::result<child_process>
  start(std::vector<std::string> arguments, const std::vector<std::string>& environment, const std::string& log);

  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&&) = delete;
  ~child_process(); ///< kills the process if it still runs

  /// Passes each report to `hear`, and kills the process when `plan` says so. Returns when the process is gone. With
  /// `kill_checked`, a checker is killed once it has checked every key.
  [[nodiscard]] life_end watch(const kill_plan& plan, bool kill_checked, const std::function<void(const event&)>& hear);

private:
  child_process(pid_t number, int reports) noexcept : number_(number), reports_(reports) {}

  bool read_some(std::vector<event>& into);
  void kill() noexcept;
  [[nodiscard]] std::string reap();

  pid_t number_;
  int reports_;                 ///< our end of the pipe
  std::vector<std::byte> rest_; ///< start of a report that is not complete yet
};

} // namespace hearth::crash
