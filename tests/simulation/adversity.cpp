#include "tests/simulation/simulation.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace hearth::simulation {

namespace {

using storage::file_operation;

constexpr std::array<const char*, 8> operation_names{"open",   "read", "write", "rename",
                                                     "remove", "sync", "list",  "reserve"};

} // namespace

void simulation::adversity(chance& draws) {
  if (away_ && draws.one_in(4))
    return directory_returns();
  const auto kind = draws.below(100);
  if (kind < 30 && profile_.write_faults)
    plan_fault(draws);
  else if (kind < 40 && profile_.damage)
    damage(draws);
  else if (kind < 50 && profile_.full_disk)
    fill_disk(draws);
  else if (kind < 65 && profile_.deaths)
    kill_actor(draws);
  else if (kind < 72) {
    const bool hangs = draws.one_in(2);
    disk_->hang(hangs);
    fire("disk hangs", hangs ? 1 : 0);
    note("hang", hangs);
  } else if (kind < 76) {
    audit();
  } else if (kind < 86) {
    world_->advance(milliseconds{draws.between(1, 1'500)});
  } else if (kind < 90) {
    if (profile_.vanishing && !away_)
      directory_goes(draws);
  } else if (kind < 95) {
    restart(draws);
  } else if (profile_.crashes) {
    crash(draws);
  }
}

/// Makes a few operations of one kind fail soon. Reads fail only where damage is allowed, because an unreadable block
/// is dropped.
void simulation::plan_fault(chance& draws) {
  using enum file_operation;
  constexpr std::array kinds{write, sync, rename, remove, reserve, open, list, read};
  const auto kind = kinds[draws.below(profile_.damage ? kinds.size() : kinds.size() - 1)];
  const bool full = !profile_.roomy && draws.one_in(3) && (kind == write || kind == reserve);
  const auto code = full ? errc::no_space : errc::io;
  damaged_ = damaged_ || kind == read;
  const auto times = draws.between(1, 3); // drawn in this order: the order of evaluation of arguments is unspecified
  const auto skipped = draws.below(4);
  files_->fail_next(kind, code, times, skipped);
  note("fault", static_cast<std::uint64_t>(kind));
}

/// A file of the cold tier; `name` is its full path.
storage::directory_entry simulation::draw_file(chance& draws) {
  const std::string folder = "/cache/segments/";
  const auto names = files_->list(folder);
  if (!names || names->empty())
    return {};
  auto chosen = (*names)[draws.below(names->size())];
  chosen.name.insert(0, folder);
  return chosen;
}

/// While no cache is open: truncates a file, as an interrupted copy would.
void simulation::cut_short(chance& draws) {
  const auto chosen = draw_file(draws);
  auto file = files_->open(chosen.name, storage::open_mode::read_write);
  if (!file || chosen.bytes == 0)
    return;
  std::vector<std::byte> front(static_cast<std::size_t>(draws.below(chosen.bytes)));
  if (!(*file)->read(0, front) || !files_->remove(chosen.name))
    return;
  auto made = files_->open(chosen.name, storage::open_mode::create);
  const std::span<const std::byte> part{front};
  if (made && (front.empty() || (*made)->write(0, {&part, 1}).ok()))
    fire("files cut short");
  damage_done();
  note("cut short " + chosen.name, front.size());
}

/// Blocks covered by a sync may be absent from now on.
void simulation::damage_done() {
  damaged_ = true;
  for (number block = 0; block < profile_.blocks; ++block)
    history_.release(block);
}

/// Damages bytes at rest: flips a bit, tears a page, or writes a page to another place.
void simulation::damage(chance& draws) {
  const auto chosen = draw_file(draws);
  auto file = files_->open(chosen.name, storage::open_mode::read_write);
  if (!file || chosen.bytes == 0)
    return;
  damage_done();
  const auto from = draws.below(chosen.bytes) / 4096 * 4096;
  std::vector<std::byte> page(static_cast<std::size_t>(std::min<std::uint64_t>(4096, chosen.bytes - from)));
  if (!(*file)->read(from, page))
    return;
  auto to = from;
  const auto kind = draws.below(3);
  if (kind == 0) {
    page[draws.below(page.size())] ^= static_cast<std::byte>(1u << draws.below(8));
  } else if (kind == 1) {
    std::fill(page.begin() + static_cast<std::ptrdiff_t>(page.size() / 2), page.end(), std::byte{0});
  } else {
    to = draws.below(chosen.bytes) / 4096 * 4096;
    page.resize(static_cast<std::size_t>(std::min<std::uint64_t>(page.size(), chosen.bytes - to)));
  }
  const std::span<const std::byte> part{page};
  if ((*file)->write(to, {&part, 1}).ok())
    fire(kind == 0 ? "bits flipped" : kind == 1 ? "pages torn" : "pages misplaced");
  note("damage " + chosen.name, kind);
}

/// Other users fill the disk up to what the cache has, or free space again.
void simulation::fill_disk(chance& draws) {
  const bool full = draws.one_in(2);
  files_->capacity(full ? files_->bytes_in_use() + draws.below(200'000) : ~std::uint64_t{0});
  fire("disk filled by others", full ? 1 : 0);
  note("fill", full);
}

void simulation::kill_actor(chance& draws) {
  const auto& registry = *kept_->actors().registry;
  const auto whom = draws.below(20);
  const auto kill = [&](const auto& actor, const char* name) {
    if (!actor)
      return;
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    fire(std::string{name} + " killed");
    note(name);
  };
  if (whom < 8) {
    kill(registry.writer(), "writer");
  } else if (whom < 13) {
    kill(registry.reader(), "reader");
  } else if (whom < 19) {
    kill(registry.stats(), "stats");
  } else {
    kill(kept_->actors().hot_cache.actor, "hot_cache");
    dead_ = true;
  }
}

/// The directory is unmounted. In half of the cases the cache notices before the next request.
void simulation::directory_goes(chance& draws) {
  files_->move_directory("/cache", "/away");
  away_ = true;
  ++times_away_;
  accounts_.known = false; // lost blocks may return with it, and evictions from the hot tier are not counted meanwhile
  fire("directory went away");
  note("away");
  if (draws.one_in(2))
    world_->advance(milliseconds{draws.between(1, 3'000)});
}

void simulation::directory_returns() {
  if (!std::exchange(away_, false))
    return;
  files_->move_directory("/away", "/cache");
  fire("directory came back");
  note("back");
}

void simulation::no_more_faults() {
  for (std::size_t kind = 0; kind < operation_names.size(); ++kind) {
    const auto operation = static_cast<file_operation>(kind);
    files_->fail_next(operation, errc::io, 0);
  }
  files_->capacity(~std::uint64_t{0});
  disk_->hang(false);
  directory_returns();
}

/// A normal close and restart, in other modes.
void simulation::restart(chance& draws) {
  const auto begun = history_.now();
  const auto before = world_->now();
  const auto closed = kept_->close(milliseconds{draws.between(10, 3'000)});
  if (world_->now() - before > seconds{4})
    fail("close took " + std::to_string((world_->now() - before).count() / 1'000'000) +
         " ms, its deadline is at most 3 s");
  if (closed.ok() && closed->synced)
    history_.synced(begun);
  note("closed", static_cast<std::uint64_t>(closed.code()));
  end_process();
  fire("restarts");
  change_modes(profile_, draws);
  open();
  look_for_durable("restart");
}

/// The process is killed in the middle of its work, or power fails.
void simulation::crash(chance& draws) {
  const bool power = draws.one_in(2);
  files_->kill_after(draws.below(30));
  for (auto steps = draws.below(200); steps > 0 && report_.violation.empty(); --steps)
    if (!world_->step())
      world_->advance(milliseconds{1});
  files_->kill_after(0);
  end_process();
  if (power)
    files_->power_cut(draws.next());
  else
    files_->kill_after(storage::memory_file_system::never);
  fire(power ? "power cuts" : "kills");
  note("crash", power);
  if (profile_.damage && draws.one_in(3))
    cut_short(draws);
  change_modes(profile_, draws);
  open();
  look_for_durable(power ? "power cut" : "kill");
}

void simulation::look_for_durable(const std::string& after) {
  for (number block = 0; block < profile_.blocks; ++block) {
    if (!history_.promised(block))
      continue;
    const auto begun = history_.now();
    const auto found = kept_->get(key(block), {name_space(block), 0, {}});
    if (found.ok())
      check_block(block, *found, begun);
    else if (profile_.roomy && found.code() == errc::not_found)
      return fail("block " + std::to_string(block) + ", after a " + after + ": " + history_.check_miss(block, begun));
    fire("synced blocks looked for after a " + after);
  }
}

/// All pending requests are answered on the way.
void simulation::end_process() {
  kept_.reset();
  for (std::size_t kind = 0; kind < operation_names.size(); ++kind) {
    auto& sum = report_.fired[std::string{"failed: "} + operation_names[kind]];
    sum = files_->failed(static_cast<file_operation>(kind));
  }
  fire("jobs of seconds", disk_->slow_jobs());
  world_->deliver();
  if (!open_.empty())
    fail("never answered: " + open_.begin()->second.what + ", and " + std::to_string(open_.size() - 1) + " more");
  world_.reset();
  disk_.reset();
  directory_returns();
  history_.reopened(); // after a normal end this changes nothing that was synced
}

} // namespace hearth::simulation
