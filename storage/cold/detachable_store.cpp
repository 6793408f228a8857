#include "storage/cold/detachable_store.hpp"

#include "storage/format/format_file.hpp"

#include <cassert>
#include <utility>

namespace hearth::storage {

detachable_store::detachable_store(detachable_store_config config)
    : config_(std::move(config)), tombstones_(config_.tombstones_max) {}

result<std::shared_ptr<detachable_store>> detachable_store::open(detachable_store_config config,
                                                                 std::uint64_t bytes_max) {
  auto opened = config.open(bytes_max);
  if (!opened)
    return opened.error();
  std::shared_ptr<detachable_store> made{new detachable_store{std::move(config)}};
  if (auto adopted = made->adopt(std::move(*opened)); !adopted)
    return adopted.error();
  return made;
}

std::shared_ptr<block_store> detachable_store::inner() const {
  std::lock_guard guard{mutex_};
  return inner_;
}

failure detachable_store::gone() const {
  return {errc::io, config_.directory + ": the directory is gone; nothing is read or written until it is back"};
}

bool detachable_store::attached() const { return inner() != nullptr; }

recovery_report detachable_store::report() const {
  std::lock_guard guard{mutex_};
  return report_;
}

// --- detach and reattach --------------------------------------------------------------------------------------------

void detachable_store::look(std::function<void(result<void>)> done) {
  struct job {
    std::shared_ptr<held_directory> place;
    result<void> outcome;
  };
  const auto at_work = std::make_shared<job>();
  {
    std::lock_guard guard{mutex_};
    at_work->place = place_;
  }
  std::vector<io_job> batch;
  batch.push_back({io_kind::metadata, 0, [at_work] { at_work->outcome = at_work->place->in_place(); },
                   [at_work, done = std::move(done)](bool ran) {
                     done(ran ? at_work->outcome : failure{errc::closed, "the I/O engine stopped"});
                   }});
  config_.io->submit(std::move(batch));
}

/// The store stays in `inner_` until its counters have been added to those of the past, so that they are never missing
/// or counted twice. It is destroyed by the engine, not by the caller: its destructor closes files, and the disk may
/// hang.
std::vector<abandoned_block> detachable_store::abandon() {
  auto store = inner();
  if (!store)
    return {};
  auto blocks = store->abandon();
  readable_at_detach readable{blocks};
  {
    std::lock_guard guard{mutex_};
    readable_at_detach_ = std::move(readable);
    put_aside(*store);
    store.reset();
  }
  std::vector<io_job> batch;
  batch.push_back({io_kind::metadata, 0,
                   [me = weak_from_this()] {
                     if (const auto alive = me.lock())
                       alive->let_go();
                   },
                   [](bool) {}});
  config_.io->submit(std::move(batch));
  return blocks;
}

void detachable_store::put_aside(const block_store& store) {
  for (namespace_id id = 0; id < config_.namespaces->names().size(); ++id)
    if (const auto ledger = store.ledger(id); ledger != cold_ledger{})
      past_ledgers_[id] += ledger;
  past_activity_ += store.activity();
  bytes_max_ = store.bytes_max();
  abandoned_.push_back(std::move(inner_));
}

void detachable_store::let_go() {
  std::vector<std::shared_ptr<block_store>> abandoned; // destroyed without the mutex
  std::lock_guard guard{mutex_};
  abandoned.swap(abandoned_);
}

/// The job owns nothing: this store owns the engine, so on a disk that hangs neither would ever be destroyed.
void detachable_store::reattach(std::function<void(result<recovery_report>)> done) {
  assert(!attached());
  const auto outcome = std::make_shared<result<recovery_report>>(
      errc::closed, config_.directory + ": not opened again, the store was closed or its I/O engine stopped");
  const auto open = [me = weak_from_this(), outcome] {
    if (const auto alive = me.lock())
      *outcome = alive->open_again();
  };
  std::vector<io_job> batch;
  batch.push_back({io_kind::metadata, 0, open, [outcome, done = std::move(done)](bool) { done(std::move(*outcome)); }});
  config_.io->submit(std::move(batch));
}

result<recovery_report> detachable_store::open_again() {
  let_go();
  if (auto may = may_return(); !may)
    return may.error();
  auto opened = config_.open(bytes_max());
  if (!opened)
    return opened.error();
  // No other thread uses these records: they only change when an attached store is abandoned.
  readable_at_detach_.sort();
  opened->store->erase_unless(
      [this](const block_key& key, std::uint64_t sequence) { return readable_at_detach_.contain(key, sequence); });
  if (auto adopted = adopt(std::move(*opened)); !adopted)
    return adopted.error();
  sync_soon(); // makes the erases durable
  return report();
}

/// Refuses directories of others: a mount point that is not mounted is an empty directory, and writing there would fill
/// the wrong disk.
result<void> detachable_store::may_return() const {
  const auto now = config_.files->hold(config_.directory);
  if (!now)
    return now.error();
  const auto format = read_format(*config_.files, config_.directory);
  if (!format)
    return format.error();
  std::shared_ptr<held_directory> before;
  std::uint64_t number = 0;
  {
    std::lock_guard guard{mutex_};
    before = place_;
    number = store_number_;
  }
  if (format->has_value() && (*format)->store != number)
    return {errc::unsupported, config_.directory + ": found another store than before; it is taken by a cache that is "
                                                   "opened anew, or move it away"};
  if (!format->has_value() && (*now)->device() != before->device())
    return {errc::unsupported, config_.directory + ": found an empty directory on another file system than before; "
                                                   "mount the one that was there, or open the cache anew"};
  return {};
}

result<void> detachable_store::adopt(opened_store opened) {
  const auto format = read_format(*config_.files, config_.directory);
  if (!format)
    return format.error();
  {
    std::lock_guard guard{mutex_};
    store_number_ = format->has_value() ? (*format)->store : 0;
    place_ = std::move(opened.place);
    report_ = opened.report;
    bytes_max_ = opened.store->bytes_max();
  }
  publish(opened.store);
  return {};
}

/// Publishes the store only after all tombstones are applied, including those added meanwhile.
void detachable_store::publish(const std::shared_ptr<block_store>& fresh) {
  for (;;) {
    tombstones now{config_.tombstones_max};
    {
      std::lock_guard guard{mutex_};
      if (tombstones_.empty()) {
        inner_ = fresh;
        readable_at_detach_ = {};
        fresh->on_reclaimed(listener_);
        return;
      }
      std::swap(now, tombstones_);
    }
    now.apply(*fresh);
  }
}

// --- calls passed to the store ---------------------------------------------------------------------------------------

void detachable_store::append(std::vector<append_item> batch) {
  if (const auto store = inner())
    return store->append(std::move(batch));
  for (const auto& item : batch)
    item.done(gone());
}

void detachable_store::read(std::vector<read_item> batch) {
  if (const auto store = inner())
    return store->read(std::move(batch));
  for (const auto& item : batch)
    item.done(failure{errc::not_found, gone().context});
}

std::optional<cold_entry> detachable_store::find(const block_key& key) const {
  const auto store = inner();
  return store ? store->find(key) : std::nullopt;
}

cold_lookup detachable_store::look_up(const block_key& key, std::uint64_t payload_bytes) const {
  const auto store = inner();
  return store ? store->look_up(key, payload_bytes) : cold_lookup{{}, true, payload_bytes};
}

void detachable_store::touch(const block_key& key) {
  if (const auto store = inner())
    store->touch(key);
}

void detachable_store::on_reclaimed(std::function<void(std::vector<block_key>)> listener) {
  std::shared_ptr<block_store> store;
  {
    std::lock_guard guard{mutex_};
    listener_ = listener;
    store = inner_;
  }
  if (store)
    store->on_reclaimed(std::move(listener));
}

/// Returns the store to erase from, or adds a tombstone if detached.
template <class What>
std::shared_ptr<block_store> detachable_store::store_or_tombstone(const What& what) {
  std::lock_guard guard{mutex_};
  if (!inner_)
    tombstones_.add(what);
  return inner_;
}

bool detachable_store::erase(const block_key& key) {
  const auto store = store_or_tombstone(key);
  return store && store->erase(key);
}

std::size_t detachable_store::clear(std::optional<namespace_id> name_space) {
  const auto store = store_or_tombstone(name_space);
  return store ? store->clear(name_space) : 0;
}

void detachable_store::erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) {
  if (const auto store = inner())
    store->erase_unless(stays);
}

void detachable_store::sync(std::function<void(result<void>)> done) {
  if (const auto store = inner())
    return store->sync(std::move(done));
  done(gone());
}

void detachable_store::sync_soon() {
  if (const auto store = inner())
    store->sync_soon();
}

result<void> detachable_store::limit(std::uint64_t bytes_max) {
  if (const auto store = inner())
    return store->limit(bytes_max);
  return gone();
}

cold_activity detachable_store::activity() const {
  std::lock_guard guard{mutex_};
  auto sum = inner_ ? inner_->activity() : cold_activity{};
  sum += past_activity_;
  return sum;
}

cold_ledger detachable_store::ledger(std::optional<namespace_id> name_space) const {
  std::lock_guard guard{mutex_};
  auto sum = inner_ ? inner_->ledger(name_space) : cold_ledger{};
  for (const auto& [id, past] : past_ledgers_)
    if (!name_space || id == *name_space)
      sum += past;
  return sum;
}

std::uint64_t detachable_store::bytes_in_use() const {
  const auto store = inner();
  return store ? store->bytes_in_use() : 0;
}

std::uint64_t detachable_store::bytes_max() const {
  std::lock_guard guard{mutex_};
  return inner_ ? inner_->bytes_max() : bytes_max_;
}

std::vector<block_key> detachable_store::keys() const {
  const auto store = inner();
  return store ? store->keys() : std::vector<block_key>{};
}

} // namespace hearth::storage
