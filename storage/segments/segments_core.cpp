#include "storage/segments/segments_core.hpp"

#include "storage/format/checksum.hpp"
#include "storage/segments/recency.hpp"

#include <utility>
#include <variant>

namespace hearth::storage {

namespace {

segments_store_config without_io(segments_store_config config) {
  config.io.reset();
  config.on_opening = {};
  return config;
}

} // namespace

segments_core::segments_core(segments_store_config config, std::unique_ptr<directory_lock> lock,
                             std::shared_ptr<held_directory> place, std::uint64_t store)
    : config_(without_io(config)), store_(store), lock_(std::move(lock)),
      files_(config_.files, config_.directory + "/segments/", std::move(place)), io_(config.io),
      state_(config_, store, files_.folder()) {}

template <class Change>
void segments_core::update(Change change) {
  segments_work work;
  deferred_work later;
  {
    std::lock_guard guard{mutex_};
    change(work);
    state_.advance(work);
    if (!work.reclaimed.empty())
      later.listener = listener_;
  }
  later.jobs = jobs_of(work);
  work.files.clear(); // the jobs own them alone, so that a file is closed when its job ends
  later.answers = std::move(work.answers);
  later.reclaimed = std::move(work.reclaimed);
  carry_out(std::move(later), io_);
}

result<void> segments_core::adopt(segments_found& found) {
  std::lock_guard guard{mutex_};
  state_.number_from(found);
  for (const auto& name : found.useless)
    if (auto removed = config_.files->remove(files_.folder() + name); !removed && removed.code() != errc::not_found)
      return removed;
  for (const auto& one : found.segments) {
    auto opened =
        config_.files->open(files_.path(one.slot, segment_file_kind::data), open_mode::read_write, caching::direct);
    if (!opened)
      return opened.error();
    state_.adopt(one, std::move(*opened));
  }
  for (const auto& block : found.blocks)
    state_.adopt(block);
  state_.note_free(files_.free_bytes());
  return shrink_at_open(found);
}

/// Reclaims segments while the budget is exceeded: it may be smaller than before.
result<void> segments_core::shrink_at_open(segments_found& found) {
  while (const auto victim = state_.victim_at_open()) {
    found.report.reclaimed += state_.reclaim_at_open(*victim);
    if (auto removed = files_.remove(*victim); !removed)
      return {errc::io, removed.error().context + "; the store takes " + std::to_string(state_.budget().used()) +
                            " bytes, bytes_max is " + std::to_string(state_.budget().bytes_max()) +
                            "; see to the directory's permissions or raise the limit"};
    state_.removed_at_open(*victim);
  }
  return {};
}

/// Hashes payloads on the caller's thread (the writer's), while the disk writes earlier records.
void segments_core::append(std::vector<append_item> batch) {
  for (auto& request : batch) {
    auto added = std::make_shared<segment_append>();
    added->name_space = config_.namespaces->name(request.item.name_space);
    added->record_bytes = segment_record_bytes(request.item.payload.size());
    added->checksum = checksum(request.item.payload.bytes());
    added->request = std::move(request);
    update([&](segments_work& work) { state_.append(added, work); });
  }
}

void segments_core::read(std::vector<read_item> batch) {
  update([&](segments_work& work) {
    for (auto& item : batch)
      state_.read(std::move(item), work);
  });
}

std::optional<cold_entry> segments_core::find(const block_key& key) const {
  std::lock_guard guard{mutex_};
  return entry_of(key);
}

cold_lookup segments_core::look_up(const block_key& key, std::uint64_t payload_bytes) const {
  std::lock_guard guard{mutex_};
  return {entry_of(key), state_.budget().check(payload_bytes).ok(), segment_record_bytes(payload_bytes)};
}

/// Pre: the mutex is held.
std::optional<cold_entry> segments_core::entry_of(const block_key& key) const {
  const auto id = state_.present().find(key);
  if (id == no_record)
    return std::nullopt;
  const auto& found = state_.present().at(id);
  return cold_entry{static_cast<namespace_id>(found.name_space), found.payload_bytes};
}

void segments_core::touch(const block_key& key) {
  std::lock_guard guard{mutex_};
  state_.touch(key);
}

bool segments_core::erase(const block_key& key) {
  bool was_readable = false;
  update([&](segments_work& work) { was_readable = state_.erase(key, work); });
  return was_readable;
}

std::size_t segments_core::clear(std::optional<namespace_id> name_space) {
  std::size_t count = 0;
  update([&](segments_work& work) { count = state_.clear(name_space, work); });
  return count;
}

void segments_core::erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) {
  update([&](segments_work&) { state_.erase_unless(stays); });
}

std::vector<abandoned_block> segments_core::abandon() {
  std::vector<abandoned_block> gone;
  update([&](segments_work&) {
    gone = state_.abandon();
    listener_ = {};
  });
  return gone;
}

void segments_core::sync(std::function<void(result<void>)> done) {
  update([&](segments_work&) { state_.sync(std::move(done)); });
}

void segments_core::sync_soon() {
  update([&](segments_work&) { state_.sync_soon(); });
}

result<void> segments_core::limit(std::uint64_t bytes_max) {
  if (auto allowed = state_.budget().may_change(bytes_max); !allowed) // needs no mutex
    return allowed;
  update([&](segments_work& work) { state_.limit(bytes_max, work); });
  return {};
}

cold_activity segments_core::activity() const {
  std::lock_guard guard{mutex_};
  return state_.activity();
}

cold_ledger segments_core::ledger(std::optional<namespace_id> name_space) const {
  std::lock_guard guard{mutex_};
  return state_.present().ledger(name_space);
}

std::uint64_t segments_core::bytes_in_use() const {
  std::lock_guard guard{mutex_};
  return state_.budget().used();
}

std::uint64_t segments_core::bytes_max() const {
  std::lock_guard guard{mutex_};
  return state_.budget().bytes_max();
}

std::vector<block_key> segments_core::keys() const {
  std::lock_guard guard{mutex_};
  return state_.present().keys();
}

void segments_core::on_reclaimed(std::function<void(std::vector<block_key>)> listener) {
  update([&](segments_work&) { listener_ = std::move(listener); });
}

void segments_core::close() {
  update([&](segments_work&) {
    state_.close();
    listener_ = {};
  });
}

std::vector<io_job> segments_core::jobs_of(const segments_work& work) {
  std::vector<io_job> jobs;
  for (const auto& one : work.files)
    jobs.push_back(std::visit([&](const auto& job) { return job_of(job); }, one));
  for (const auto& read : work.reads)
    jobs.push_back(job_of(read));
  for (const auto& write : work.writes)
    jobs.push_back(job_of(write));
  return jobs;
}

/// Allocates the buffers here, without the mutex.
io_job segments_core::job_of(const std::shared_ptr<record_read>& read) {
  lay_out(*read);
  io_job job{io_kind::read, segment_record_bytes(read->payload_bytes), {}, [core = shared_from_this(), read](bool ran) {
               core->update([&](segments_work& work) { core->state_.read_ended(*read, ran, work); });
             }};
  if (!read->transfer)
    return job;
  job.work = [core = shared_from_this(), read] { verify(*read, core->files_.folder()); };
  job.transfer = read->transfer;
  job.cancelled = read->cancelled;
  return job;
}

/// Encodes the headers here, without the mutex.
io_job segments_core::job_of(const std::shared_ptr<record_write>& write) {
  lay_out(*write, store_);
  io_job job{io_kind::write, write->bytes, {}, [core = shared_from_this(), write](bool ran) {
               core->update([&](segments_work& work) { core->state_.write_ended(*write, ran, work); });
             }};
  job.transfer = write->transfer;
  return job;
}

io_job segments_core::job_of(const std::shared_ptr<segment_job>& job) {
  return {io_kind::metadata, 0, [core = shared_from_this(), job] { core->files_.prepare(*job); },
          [core = shared_from_this(), job](bool ran) {
            core->update([&](segments_work& work) { core->state_.preparation_ended(*job, ran, work); });
          }};
}

io_job segments_core::job_of(const std::shared_ptr<checkpoint_job>& job) {
  return {
      io_kind::metadata, 0,
      [core = shared_from_this(), job] { core->files_.checkpoint(*job, [&core] { return core->recency_snapshot(); }); },
      [core = shared_from_this(), job](bool ran) {
        core->update([&](segments_work& work) { core->state_.checkpoint_ended(*job, ran, work); });
      }};
}

/// Encodes the sequences, least recently used first; if there are too many, the most recently used ones. Walks in steps
/// and releases the mutex between them. A block used meanwhile is visited again, and its last position counts.
std::vector<std::byte> segments_core::recency_snapshot() {
  constexpr std::size_t step = 4096;
  std::vector<std::uint64_t> sequences;
  for (auto steps = std::size_t{0}, steps_max = std::size_t{1}; steps < steps_max; ++steps) {
    std::lock_guard guard{mutex_};
    auto& present = state_.present();
    if (steps == 0) {
      present.start_walk();
      steps_max += 2 * (present.size() / step + 1); // bound, in case blocks are used faster than the walk visits them
    }
    if (!present.walk(step, sequences))
      break;
  }
  const auto most = static_cast<std::size_t>(recency_entries_max(config_));
  if (sequences.size() > most)
    sequences.erase(sequences.begin(), sequences.end() - static_cast<std::ptrdiff_t>(most));
  return encode_recency(store_, sequences);
}

} // namespace hearth::storage
