#include "storage/simulated/memory_file_system.hpp"

#include "storage/simulated/memory_disk.hpp"
#include "storage/simulated/memory_holds.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

namespace hearth::storage {

namespace {

/// Normalises a path: "/a/" and "/a" are one name.
std::string named(const std::string& path) {
  return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

class memory_file final : public file {
public:
  /// Pre: the caller holds the disk's mutex.
  memory_file(std::shared_ptr<memory_disk> disk, std::string path, std::shared_ptr<memory_node> held, open_mode mode)
      : disk_(std::move(disk)), path_(std::move(path)), node_(std::move(held)), mode_(mode),
        opened_at_(disk_->power_cuts) {
    node_->writers += mode_ == open_mode::read ? 0 : 1;
  }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;

  /// Needs the lock, too: the last handle of a removed file gives its bytes back.
  ~memory_file() override {
    std::lock_guard guard{disk_->mutex};
    node_->writers -= mode_ == open_mode::read ? 0 : 1;
    node_.reset();
  }

  using file::read;
  result<std::size_t> read(std::uint64_t offset, std::span<const std::span<std::byte>> parts) override {
    std::lock_guard guard{disk_->mutex};
    if (auto admitted = admit(file_operation::read); !admitted)
      return admitted.error();
    const auto& bytes = node_->bytes->all();
    std::size_t done = 0;
    for (const auto& part : parts) {
      const auto at = std::min<std::uint64_t>(offset + done, bytes.size());
      const auto count = std::min<std::size_t>(part.size(), bytes.size() - at);
      if (count > 0)
        std::memcpy(part.data(), bytes.data() + at, count);
      done += count;
    }
    return done;
  }

  /// A planned fault fails half-way, as on a full disk: the first half has been written.
  result<void> write(std::uint64_t offset, std::span<const std::span<const std::byte>> parts) override {
    std::lock_guard guard{disk_->mutex};
    if (mode_ == open_mode::read)
      return {errc::io, path_ + ": opened for reading only"};
    std::vector<std::byte> all;
    for (const auto& part : parts)
      all.insert(all.end(), part.begin(), part.end());
    const bool had_ended = disk_->operations_left == 0;
    if (auto admitted = admit(file_operation::write); !admitted) {
      if (had_ended || opened_at_ != disk_->power_cuts)
        return admitted;
      all.resize(all.size() / 2);
      if (auto written = put(offset, all); !written)
        return written;
      return admitted;
    }
    return put(offset, all);
  }

  result<void> reserve(std::uint64_t bytes) override {
    std::lock_guard guard{disk_->mutex};
    if (mode_ == open_mode::read)
      return {errc::io, path_ + ": opened for reading only"};
    if (auto admitted = admit(file_operation::reserve); !admitted)
      return admitted;
    return grow(bytes);
  }

  result<std::uint64_t> size() override {
    std::lock_guard guard{disk_->mutex};
    return node_->size();
  }

  bool direct() const noexcept override { return false; }
  void forget_cached(std::uint64_t, std::uint64_t) noexcept override {}
  int native_handle() const noexcept override { return -1; }
  const std::string& path() const noexcept override { return path_; }

  result<void> sync() override {
    std::lock_guard guard{disk_->mutex};
    auto admitted = admit(file_operation::sync);
    if (admitted)
      node_->bytes->synced();
    return admitted;
  }

private:
  result<void> admit(file_operation operation) {
    if (opened_at_ != disk_->power_cuts)
      return {errc::io, path_ + ": the power was cut since it was opened"};
    return disk_->admit(operation, path_);
  }

  result<void> put(std::uint64_t offset, std::span<const std::byte> all) {
    if (all.empty())
      return {};
    if (auto grown = grow(offset + all.size()); !grown)
      return grown;
    node_->bytes->write(offset, all);
    return {};
  }

  /// Grows the file to at least `bytes`.
  result<void> grow(std::uint64_t bytes) {
    auto& count = *disk_->count;
    const auto end = std::max(node_->size(), bytes);
    const auto after = count.now + (end - node_->size());
    if (after > count.most && end > node_->size())
      return {errc::no_space, path_ + ": the files may hold " + std::to_string(count.most) + " bytes"};
    node_->bytes->grow(end);
    count.now = after;
    count.peak = std::max(count.peak, after);
    return {};
  }

  std::shared_ptr<memory_disk> disk_;
  std::string path_;
  std::shared_ptr<memory_node> node_;
  open_mode mode_;
  std::uint64_t opened_at_; ///< number of power cuts before the open
};

class memory_files final : public memory_file_system {
public:
  explicit memory_files(bool expects_power_cuts) {
    disk_->expects_cuts = expects_power_cuts;
    disk_->make("/", {});
    disk_->durable.sync("/");
  }

  void fail_next(file_operation operation, errc code, std::uint64_t count, std::uint64_t skip) override {
    std::lock_guard guard{disk_->mutex};
    auto& fault = disk_->faults[static_cast<std::size_t>(operation)];
    fault = {skip, count, code, fault.struck};
  }

  std::uint64_t failed(file_operation operation) const override {
    std::lock_guard guard{disk_->mutex};
    return disk_->faults[static_cast<std::size_t>(operation)].struck;
  }

  void kill_after(std::uint64_t operations) override {
    std::lock_guard guard{disk_->mutex};
    disk_->operations_left = operations;
  }

  void power_cut(std::uint64_t seed) override {
    std::lock_guard guard{disk_->mutex};
    disk_->cut_power(seed);
  }

  void capacity(std::uint64_t bytes) override {
    std::lock_guard guard{disk_->mutex};
    disk_->count->most = bytes;
  }

  std::uint64_t bytes_in_use() const override {
    std::lock_guard guard{disk_->mutex};
    return disk_->count->now;
  }

  std::uint64_t bytes_peak() const override {
    std::lock_guard guard{disk_->mutex};
    return disk_->count->peak;
  }

  using file_system::open;
  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode, caching) override {
    const auto name = named(path);
    std::lock_guard guard{disk_->mutex};
    if (auto admitted = disk_->admit(file_operation::open, name); !admitted)
      return admitted.error();
    if (mode == open_mode::create)
      if (auto made = create(name); !made)
        return made.error();
    auto found = disk_->regular(name);
    if (!found)
      return found.error();
    return std::unique_ptr<file>{std::make_unique<memory_file>(disk_, name, std::move(*found), mode)};
  }

  /// Does not wait: nobody closes a file meanwhile.
  result<void> await_writers(const std::string& path, std::chrono::nanoseconds) override {
    const auto name = named(path);
    std::lock_guard guard{disk_->mutex};
    const auto found = disk_->regular(name);
    if (!found)
      return found.error();
    if ((*found)->writers > 0)
      return {errc::busy, name + ": the file is still open for writing"};
    return {};
  }

  result<void> create_directory(const std::string& path) override {
    const auto name = named(path);
    std::lock_guard guard{disk_->mutex};
    if (const auto found = disk_->find(name))
      return found->is_directory() ? result<void>{} : failure{errc::invalid_argument, name + ": not a directory"};
    if (auto parent = disk_->parent_exists(name); !parent)
      return parent;
    disk_->make(name, {});
    return {};
  }

  result<std::vector<directory_entry>> list(const std::string& path) override {
    const auto name = named(path);
    std::lock_guard guard{disk_->mutex};
    if (auto admitted = disk_->admit(file_operation::list, name); !admitted)
      return admitted.error();
    const auto found = disk_->find(name);
    if (!found)
      return failure{errc::not_found, name + ": no such directory"};
    if (!found->is_directory())
      return failure{errc::invalid_argument, name + ": not a directory"};
    const auto prefix = name == "/" ? name : name + "/";
    std::vector<directory_entry> entries;
    for (auto at = disk_->nodes.upper_bound(prefix); at != disk_->nodes.end(); ++at) {
      const auto& [full, held] = *at;
      if (!full.starts_with(prefix))
        break;
      if (full.find('/', prefix.size()) == std::string::npos)
        entries.push_back({full.substr(prefix.size()),
                           held->is_directory() ? entry_kind::directory : entry_kind::regular, held->size()});
    }
    return entries;
  }

  result<void> rename(const std::string& from, const std::string& to) override {
    std::lock_guard guard{disk_->mutex};
    if (auto admitted = disk_->admit(file_operation::rename, from); !admitted)
      return admitted;
    if (auto moved = disk_->regular(from); !moved)
      return moved.error();
    if (auto parent = disk_->parent_exists(to); !parent)
      return parent;
    if (const auto target = disk_->find(to); target && target->is_directory())
      return {errc::invalid_argument, to + ": not a regular file"};
    disk_->rename(from, to);
    return {};
  }

  result<void> remove(const std::string& path) override {
    std::lock_guard guard{disk_->mutex};
    if (auto admitted = disk_->admit(file_operation::remove, path); !admitted)
      return admitted;
    if (auto found = disk_->regular(path); !found)
      return found.error();
    disk_->remove(path);
    return {};
  }

  result<std::unique_ptr<held_directory>> hold(const std::string& path) override {
    const auto name = named(path);
    std::lock_guard guard{disk_->mutex};
    auto found = disk_->find(name);
    if (!found)
      return failure{errc::not_found, name + ": no such directory"};
    if (!found->is_directory())
      return failure{errc::invalid_argument, name + ": not a directory"};
    return std::unique_ptr<held_directory>{std::make_unique<memory_held_directory>(disk_, name, std::move(found))};
  }

  void move_directory(const std::string& from, const std::string& to) override {
    std::lock_guard guard{disk_->mutex};
    disk_->move_directory(from, to);
  }

  result<void> sync_names(const std::string& path) override {
    std::lock_guard guard{disk_->mutex};
    if (auto found = exists(path); !found)
      return found.error();
    auto admitted = disk_->admit(file_operation::sync, path);
    if (admitted)
      disk_->durable.sync(named(path));
    return admitted;
  }

  result<std::uint64_t> free_bytes(const std::string& path) override {
    std::lock_guard guard{disk_->mutex};
    if (auto found = exists(path); !found)
      return found.error();
    return disk_->count->most - std::min(disk_->count->now, disk_->count->most);
  }

  result<std::unique_ptr<directory_lock>> lock(const std::string& path) override {
    std::lock_guard guard{disk_->mutex};
    if (auto parent = disk_->parent_exists(path); !parent)
      return parent.error();
    const bool missing = !disk_->find(path);
    if (missing)
      if (auto made = create(path); !made)
        return made.error();
    auto folder = disk_->find(parent_of(path));
    if (!disk_->locks.insert(folder.get()).second)
      return failure{errc::busy, path + ": held by this process; close that cache or choose another directory"};
    return std::unique_ptr<directory_lock>{std::make_unique<memory_lock>(disk_, path, std::move(folder), missing)};
  }

private:
  result<void> create(const std::string& name) {
    if (disk_->find(name))
      return {errc::invalid_argument, name + ": the name is taken"};
    if (auto parent = disk_->parent_exists(name); !parent)
      return parent;
    disk_->make(name, std::make_shared<memory_bytes>(disk_->expects_cuts));
    return {};
  }

  result<void> exists(const std::string& path) const {
    return disk_->find(named(path)) ? result<void>{} : failure{errc::not_found, path + ": no such file or directory"};
  }

  std::shared_ptr<memory_disk> disk_ = std::make_shared<memory_disk>();
};

} // namespace

std::shared_ptr<memory_file_system> make_memory_file_system(bool expects_power_cuts) {
  return std::make_shared<memory_files>(expects_power_cuts);
}

} // namespace hearth::storage
