#pragma once

#include "tests/crash/crash_arguments.hpp"
#include "tests/crash/crash_process.hpp"
#include "tests/crash/crash_record.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace hearth::crash {

/// Bytes that the files below `directory` take on the disk, as the file system says. Directories do not count.
[[nodiscard]] std::uint64_t disk_bytes(const std::string& directory);

/// Round after round on one directory after the other: a process that works and is killed, and one that checks what is
/// left. Threads: one owner.
class crash_rounds {
public:
  /// `folder` is ours, and empty.
  crash_rounds(crash_options options, std::string folder);

  /// Returns whether all held. Prints progress and totals; of a round that failed, all there is to know.
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
  std::uint64_t directory_round_ = 0; ///< in which the directory was taken into use; 0: there is none
  std::unique_ptr<crash_record> record_;
  record_totals earlier_; ///< of directories that are gone
  std::uint64_t rounds_ = 0;
  std::uint64_t directories_ = 0;
  std::uint64_t small_rounds_ = 0;
  std::array<std::uint64_t, 5> kills_{}; ///< by life_phase; ended: the process was faster
  std::uint64_t peaceful_ = 0;           ///< of the rounds, ended by the process itself
  std::uint64_t bytes_most_ = 0;         ///< measured from outside, in thousandths of the limit
};

} // namespace hearth::crash
