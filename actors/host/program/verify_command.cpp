#include "actors/host/program/verify_command.hpp"

#include "actors/host/program/interruption.hpp"
#include "actors/host/program/progress_bar.hpp"
#include "actors/host/program/verify_text.hpp"
#include "storage/verify/verify.hpp"

#include <chrono>
#include <iostream>

#include <unistd.h>

namespace hearth {

namespace {

using storage::errc;
using storage::result;

constexpr int damage_found = 1;
constexpr int not_verified = 2;

std::uint64_t ns_since(std::chrono::steady_clock::time_point start) {
  const std::chrono::nanoseconds passed = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint64_t>(passed.count());
}

result<verified_store> verify(const verify_options& options) {
  const auto start = std::chrono::steady_clock::now();
  progress_bar bar{std::cerr, ::isatty(STDERR_FILENO) == 1, 1, "MiB"};
  storage::verify_hooks hooks;
  hooks.progress = [&](std::uint64_t done, std::uint64_t total) {
    bar.expect(total >> 20);
    bar.update(done >> 20, done, ns_since(start));
  };
  hooks.stop = [] { return interrupted_by() != 0; };
  auto report = storage::verify_store(*storage::make_posix_file_system(), options.directory, options.repair, hooks);
  if (!report)
    return report.error();
  return verified_store{options.directory, std::move(*report), ns_since(start)};
}

/// One line for standard error that explains the exit status. Empty: no damage.
std::string explanation(const storage::verify_report& report) {
  if (report.repair_failure)
    return "repair: " + to_string(*report.repair_failure) + "; the rest of the store is unchanged";
  const auto damaged = report.damaged();
  if (damaged == 0)
    return {};
  if (report.repaired() == damaged)
    return std::to_string(damaged) + " damaged, all repaired";
  return std::to_string(damaged) + " damaged: run again with --repair to remove them";
}

} // namespace

command_outcome run_verify(const verify_options& options) {
  note_interruptions();
  const auto verified = verify(options);
  if (const int signal = interrupted_by())
    return {128 + signal, {}, "interrupted by signal " + std::to_string(signal)};
  if (!verified)
    return {not_verified, {}, to_string(verified.error())};
  const auto& report = verified->report;
  return {report.damaged() > 0 ? damage_found : 0, options.json ? to_json(*verified) + '\n' : to_table(*verified),
          explanation(report)};
}

} // namespace hearth
