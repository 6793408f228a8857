#include "tests/crash/crash_rounds.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <utility>

#include <sys/stat.h>

namespace hearth::crash {

namespace {

/// Each directory has a new record: the counts of earlier ones are kept.
record_totals operator+(record_totals a, const record_totals& b) {
  constexpr std::uint64_t record_totals::*members[] = {
      &record_totals::blocks_checked, &record_totals::synced_checked,    &record_totals::reads_alive,
      &record_totals::sync_points,    &record_totals::came_back,         &record_totals::torn_puts,
      &record_totals::slipped,        &record_totals::reclaimed,         &record_totals::wrong,
      &record_totals::lost,           &record_totals::failed_operations, &record_totals::failed_writes,
      &record_totals::faults};
  for (const auto member : members)
    a.*member += b.*member;
  return a;
}

unsigned long long printed(std::uint64_t number) { return number; }

std::vector<std::string> fault_variables(const crash_options& options, const std::string& directory, std::uint64_t seed,
                                         const life_plan& plan) {
  return {"LD_PRELOAD=" + options.shim,
          "HEARTH_FAULT_DIRECTORY=" + directory,
          "HEARTH_FAULT_SEED=" + std::to_string(seed),
          "HEARTH_FAULT_ONE_IN=" + std::to_string(plan.calls_a_fault),
          "HEARTH_FAULT_AFTER=" + std::to_string(plan.calls_in_peace),
          plan.full_disk ? "HEARTH_FAULT_FULL=1" : "HEARTH_FAULT_FULL=0"};
}

/// After this many rounds every kind of event must have occurred.
constexpr std::uint64_t rounds_that_suffice = 10;

} // namespace

std::uint64_t disk_bytes(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    struct stat about {};
    if (::lstat(entry.path().c_str(), &about) == 0 && S_ISREG(about.st_mode))
      bytes += static_cast<std::uint64_t>(about.st_blocks) * 512; // the unit of st_blocks on every system
  }
  return bytes;
}

crash_rounds::crash_rounds(crash_options options, std::string folder)
    : options_(std::move(options)), folder_(std::move(folder)) {}

bool crash_rounds::run() {
  for (std::uint64_t number = options_.first_round; rounds_ < options_.rounds; ++number) {
    if (!round(number))
      return false;
    if (++rounds_ % 100 == 0) {
      const auto all = earlier_ + record_->totals();
      std::printf("%llu rounds, %llu blocks checked, %llu of them synced, wrong 0, lost 0\n", printed(rounds_),
                  printed(all.blocks_checked), printed(all.synced_checked));
      std::fflush(stdout);
    }
  }
  print_totals();
  return struck();
}

/// Whether every kind of event has occurred, as it must in a run of some length.
bool crash_rounds::struck() const {
  const auto all = earlier_ + (record_ ? record_->totals() : record_totals{});
  const auto kills = std::accumulate(kills_.begin(), kills_.end(), std::uint64_t{0});
  const bool faults = options_.shim.empty() || (all.faults > 0 && all.failed_operations + all.failed_writes > 0);
  if (rounds_ < rounds_that_suffice || (kills > 0 && all.synced_checked > 0 && faults))
    return true;
  std::printf("no process was killed, no synced block was checked, or no fault struck: this proves nothing\n");
  return false;
}

bool crash_rounds::round(std::uint64_t number) {
  const bool stale = directory_round_ == 0 || mix_bits(mix_bits(options_.seed) ^ number) % 12 == 0;
  if (stale || (directory_.roomy && !has_room(directory_, record_->bytes_in_use())))
    take_fresh_directory(number);
  const auto plan = plan_life(options_.seed, number, directory_, !options_.shim.empty());
  small_rounds_ += directory_.roomy ? 0 : 1;
  live(number, false, plan);
  if (record_->violations().empty())
    live(number, true, plan);
  if (record_->violations().empty())
    return true;
  print_failure(number, plan);
  return false;
}

void crash_rounds::take_fresh_directory(std::uint64_t number) {
  if (record_)
    earlier_ = earlier_ + record_->totals();
  std::filesystem::remove_all(folder_ + "/cache");
  std::filesystem::remove(folder_ + "/child.log");
  std::filesystem::create_directory(folder_ + "/cache");
  ++directories_;
  directory_round_ = number;
  directory_ = plan_directory(options_.seed, number);
  record_ = std::make_unique<crash_record>(directory_.mix);
}

/// Runs one process from its start to its end.
void crash_rounds::live(std::uint64_t number, bool checks, const life_plan& plan) {
  const auto cache = folder_ + "/cache";
  const auto arguments = child_arguments(options_, cache, directory_round_, number, checks, record_->next_version());
  const bool faulty = plan.calls_a_fault > 0 && !checks;
  auto started = child_process::start(arguments,
                                      faulty ? fault_variables(options_, cache, mix_bits(options_.seed) + number, plan)
                                             : std::vector<std::string>{},
                                      folder_ + "/child.log");
  if (!started)
    return record_->accuse("a child could not be started: " + to_string(started.error()));
  record_->begin_life(rules(plan, checks), checks);
  const kill_plan in_peace{kill_moment::never, 0, {}, {}};
  const auto end = started->watch(checks ? in_peace : plan.kill, checks && !plan.checker_closes,
                                  [this](const event& item) { record_->note(item); });
  record_->end_life(!end.killed && end.phase == life_phase::ended);
  if (!end.accident.empty())
    record_->accuse((checks ? "the checking child " : "the writing child ") + end.accident);
  if (!checks) {
    ++(end.killed ? kills_[static_cast<std::size_t>(end.phase)] : peaceful_);
  }
  measure(checks ? "after the check" : "after the kill");
}

record_rules crash_rounds::rules(const life_plan& plan, bool checks) const {
  record_rules made;
  made.roomy = directory_.roomy && !plan.full_disk; // for the check as well: blocks reclaimed in this life are absent
  made.lossless = checks ? directory_.roomy : plan.lossless;
  made.faulty = !checks && plan.calls_a_fault > 0;
  made.cut_chains = !checks && plan.options.cut_chains;
  made.cold_bytes_max = directory_.cold_bytes_max;
  // After the last figures, blocks of one victim may be copied; then it is reclaimed, with at most one segment of
  // blocks.
  made.blocks_on_their_way = plan.options.advanced.reappend_percent > 0 ? directory_.segment_bytes / 8192 : 0;
  return made;
}

void crash_rounds::measure(const char* when) {
  const auto bytes = disk_bytes(folder_ + "/cache");
  bytes_most_ = std::max(bytes_most_, bytes * 1000 / directory_.cold_bytes_max);
  if (bytes > directory_.cold_bytes_max)
    record_->accuse(std::string{"OVER THE LIMIT: the files take "} + std::to_string(bytes) + " bytes on the disk " +
                    when + ", the limit is " + std::to_string(directory_.cold_bytes_max));
}

void crash_rounds::print_failure(std::uint64_t number, const life_plan& plan) const {
  std::printf(
      "round %llu FAILED; the process was to be killed %s, the directory has been in use since round %llu (%s)\n",
      printed(number), std::string{to_string(plan.kill.moment)}.c_str(), printed(directory_round_),
      directory_.roomy ? "roomy" : "small");
  for (const auto& what : record_->violations())
    std::printf("  %s\n", what.c_str());
  std::printf("kept: %s\nagain: %s\n", folder_.c_str(), command_line(options_, directory_round_, number).c_str());
}

void crash_rounds::print_totals() const {
  const auto all = earlier_ + (record_ ? record_->totals() : record_totals{});
  const auto killed = [this](life_phase phase) { return printed(kills_[static_cast<std::size_t>(phase)]); };
  std::printf("rounds %llu (%llu in small directories), directories %llu\n", printed(rounds_), printed(small_rounds_),
              printed(directories_));
  std::printf(
      "killed while opening %llu, working %llu, flushing %llu, closing %llu, after it %llu; ended in peace %llu\n",
      killed(life_phase::opening), killed(life_phase::working), killed(life_phase::flushing),
      killed(life_phase::closing), killed(life_phase::ended), printed(peaceful_));
  std::printf("sync points %llu, blocks read alive %llu, blocks checked %llu, of these synced %llu\n",
              printed(all.sync_points), printed(all.reads_alive), printed(all.blocks_checked),
              printed(all.synced_checked));
  std::printf("found without an acknowledged put %llu, back after an erase that was not synced %llu, synced and "
              "reclaimed in small directories %llu, found once, never synced and away %llu\n",
              printed(all.torn_puts), printed(all.came_back), printed(all.reclaimed), printed(all.slipped));
  if (!options_.shim.empty())
    std::printf("faults %llu, operations that failed %llu, writes of blocks that failed %llu\n", printed(all.faults),
                printed(all.failed_operations), printed(all.failed_writes));
  std::printf("most of the limit on disk %llu.%llu %%, wrong %llu, lost %llu\n", printed(bytes_most_ / 10),
              printed(bytes_most_ % 10), printed(all.wrong), printed(all.lost));
}

} // namespace hearth::crash
