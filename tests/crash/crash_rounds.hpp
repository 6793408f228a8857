#pragma once

#include "tests/crash/crash_arguments.hpp"
#include "tests/crash/crash_process.hpp"
#include "tests/crash/crash_record.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace hearth::crash {

/// Disk space used by the files below `directory`, as the file system reports it. Directories do not count.
[[nodiscard]] std::uint64_t disk_bytes(const std::string& directory);

/// Runs rounds, on one directory after the other. A round is a process that works and is killed, then a process that
/// checks what is left. Threads: one owner.
class crash_rounds {
public:
  /// Pre: `folder` is empty and used by nothing else.
  crash_rounds(crash_options options, std::string folder);

  /// Returns whether all rounds passed. Prints progress and totals, and the details of a round that failed.
  [[nodiscard]] bool run();

private:
  [[nodiscard]] bool round(std::uint64_t number);
  void take_fresh_directory(std::uint64_t number);
  void live(std::uint64_t number, bool checks, const life_plan& plan);
  [[nodiscard]] record_rules rules(const life_plan& plan, bool checks) const;
  void measure(const char* when);
  void print_failure(std::uint64_t number, const life_plan& plan) const;
  void print_totals() const;
  [[nodiscard]] bool struck() const;

  crash_options options_;
  std::string folder_;
  directory_plan directory_;
  std::uint64_t directory_round_ = 0; ///< round in which the directory was created; 0: no directory
  std::unique_ptr<crash_record> record_;
  record_totals earlier_; ///< totals of earlier directories
  std::uint64_t rounds_ = 0;
  std::uint64_t directories_ = 0;
  std::uint64_t small_rounds_ = 0;
  std::array<std::uint64_t, 5> kills_{}; ///< by life_phase; `ended`: the process ended before the kill
  std::uint64_t peaceful_ = 0;           ///< rounds in which the process ended by itself
  std::uint64_t bytes_most_ = 0;         ///< largest disk use, measured from outside, in thousandths of the limit
};

} // namespace hearth::crash
