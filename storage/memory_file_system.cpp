#include "storage/memory_file_system.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace hearth::storage {

namespace {

/// How many bytes all files hold. Shared with the files: a removed file keeps its bytes until the last handle is
/// closed, as on a disk.
struct byte_count {
  std::uint64_t now = 0;
  std::uint64_t peak = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

/// A file or a directory.
struct node {
  explicit node(std::shared_ptr<byte_count> count, bool is_directory = false)
      : count(std::move(count)), is_directory(is_directory) {}
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() { count->now -= bytes.size(); }

  std::shared_ptr<byte_count> count;
  bool is_directory;
  std::vector<std::byte> bytes;
  std::int64_t last_use_ns = 0;
};

/// Operations of one kind that are to fail.
struct planned_fault {
  std::uint64_t skip = 0;
  std::uint64_t count = 0;
  errc code = errc::none;
};

/// Everything the file system and its open files share. Locked by whoever touches it.
struct memory_state {
  std::mutex mutex;
  std::shared_ptr<byte_count> count = std::make_shared<byte_count>();
  std::map<std::string, std::shared_ptr<node>> nodes;
  std::set<std::string> locks;
  std::array<planned_fault, 8> faults;

  /// The fault that was planned for this operation, if it is its turn.
  result<void> admit(file_operation operation, const std::string& path) {
    auto& fault = faults[static_cast<std::size_t>(operation)];
    if (fault.count == 0)
      return {};
    if (fault.skip > 0) {
      --fault.skip;
      return {};
    }
    --fault.count;
    return {fault.code, path + ": a fault planned by the test"};
  }

  std::shared_ptr<node> find(const std::string& path) const {
    const auto found = nodes.find(path);
    return found == nodes.end() ? nullptr : found->second;
  }

  result<std::shared_ptr<node>> regular(const std::string& path) const {
    auto found = find(path);
    if (!found)
      return failure{errc::not_found, path + ": no such file"};
    if (found->is_directory)
      return failure{errc::invalid_argument, path + ": not a regular file"};
    return found;
  }

  result<void> parent_exists(const std::string& path) const {
    const auto slash = path.rfind('/');
    if (slash != std::string::npos)
      if (const auto parent = find(slash == 0 ? "/" : path.substr(0, slash)); parent && parent->is_directory)
        return {};
    return {errc::not_found, path + ": no such directory"};
  }
};

/// "/a/" and "/a" are one name.
std::string named(const std::string& path) {
  return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

class memory_file final : public file {
public:
  memory_file(std::shared_ptr<memory_state> state, std::string path, std::shared_ptr<node> held, open_mode mode)
      : state_(std::move(state)), path_(std::move(path)), node_(std::move(held)), mode_(mode) {}

  /// The last handle of a removed file gives its bytes back, so this needs the lock as well.
  ~memory_file() override {
    std::lock_guard guard{state_->mutex};
    node_.reset();
  }

  using file::read;
  result<std::size_t> read(std::uint64_t offset, std::span<const std::span<std::byte>> parts) override {
    std::lock_guard guard{state_->mutex};
    if (auto admitted = state_->admit(file_operation::read, path_); !admitted)
      return admitted.error();
    const auto& bytes = node_->bytes;
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

  /// A planned fault strikes half-way, as a full disk would: the first half has been written.
  result<void> write(std::uint64_t offset, std::span<const std::span<const std::byte>> parts) override {
    std::lock_guard guard{state_->mutex};
    if (mode_ == open_mode::read)
      return {errc::io, path_ + ": opened for reading only"};
    std::vector<std::byte> all;
    for (const auto& part : parts)
      all.insert(all.end(), part.begin(), part.end());
    if (auto admitted = state_->admit(file_operation::write, path_); !admitted) {
      all.resize(all.size() / 2);
      if (auto written = put(offset, all); !written)
        return written;
      return admitted;
    }
    return put(offset, all);
  }

  result<void> reserve(std::uint64_t bytes) override {
    std::lock_guard guard{state_->mutex};
    if (mode_ == open_mode::read)
      return {errc::io, path_ + ": opened for reading only"};
    if (auto admitted = state_->admit(file_operation::reserve, path_); !admitted)
      return admitted;
    return grow(bytes);
  }

  result<std::uint64_t> size() override {
    std::lock_guard guard{state_->mutex};
    return std::uint64_t{node_->bytes.size()};
  }

  bool direct() const noexcept override { return false; }
  void forget_cached(std::uint64_t, std::uint64_t) noexcept override {}
  int native_handle() const noexcept override { return -1; }
  const std::string& path() const noexcept override { return path_; }

  result<void> sync() override {
    std::lock_guard guard{state_->mutex};
    return state_->admit(file_operation::sync, path_);
  }

  result<void> last_use(std::int64_t time_ns) override {
    std::lock_guard guard{state_->mutex};
    node_->last_use_ns = time_ns;
    return {};
  }

private:
  result<void> put(std::uint64_t offset, std::span<const std::byte> all) {
    if (all.empty())
      return {};
    if (auto grown = grow(offset + all.size()); !grown)
      return grown;
    std::memcpy(node_->bytes.data() + offset, all.data(), all.size());
    return {};
  }

  /// After: the file has at least `bytes`.
  result<void> grow(std::uint64_t bytes) {
    auto& count = *state_->count;
    const auto end = std::max<std::uint64_t>(node_->bytes.size(), bytes);
    const auto after = count.now + (end - node_->bytes.size());
    if (after > count.most)
      return {errc::no_space, path_ + ": the files may hold " + std::to_string(count.most) + " bytes"};
    node_->bytes.resize(end);
    count.now = after;
    count.peak = std::max(count.peak, after);
    return {};
  }

  std::shared_ptr<memory_state> state_;
  std::string path_;
  std::shared_ptr<node> node_;
  open_mode mode_;
};

class memory_lock final : public directory_lock {
public:
  memory_lock(std::shared_ptr<memory_state> state, std::string path, bool made)
      : state_(std::move(state)), path_(std::move(path)), made_(made) {}
  ~memory_lock() override {
    std::lock_guard guard{state_->mutex};
    state_->locks.erase(path_);
  }

  void withdraw() override {
    std::lock_guard guard{state_->mutex};
    if (made_)
      state_->nodes.erase(path_);
  }

private:
  std::shared_ptr<memory_state> state_;
  std::string path_;
  bool made_; ///< the file
};

class memory_sync_point final : public sync_point {
public:
  memory_sync_point(std::shared_ptr<memory_state> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)) {}

  result<void> sync_all() override {
    std::lock_guard guard{state_->mutex};
    return state_->admit(file_operation::sync, path_);
  }

private:
  std::shared_ptr<memory_state> state_;
  std::string path_;
};

class memory_files final : public memory_file_system {
public:
  memory_files() { state_->nodes.emplace("/", std::make_shared<node>(state_->count, true)); }

  void fail_next(file_operation operation, errc code, std::uint64_t count, std::uint64_t skip) override {
    std::lock_guard guard{state_->mutex};
    state_->faults[static_cast<std::size_t>(operation)] = {skip, count, code};
  }

  void capacity(std::uint64_t bytes) override {
    std::lock_guard guard{state_->mutex};
    state_->count->most = bytes;
  }

  std::uint64_t bytes_in_use() const override {
    std::lock_guard guard{state_->mutex};
    return state_->count->now;
  }

  std::uint64_t bytes_peak() const override {
    std::lock_guard guard{state_->mutex};
    return state_->count->peak;
  }

  using file_system::open;
  result<std::unique_ptr<file>> open(const std::string& path, open_mode mode, caching) override {
    const auto name = named(path);
    std::lock_guard guard{state_->mutex};
    if (auto admitted = state_->admit(file_operation::open, name); !admitted)
      return admitted.error();
    if (mode == open_mode::create)
      if (auto made = create(name); !made)
        return made.error();
    auto found = state_->regular(name);
    if (!found)
      return found.error();
    return std::unique_ptr<file>{std::make_unique<memory_file>(state_, name, std::move(*found), mode)};
  }

  result<void> create_directory(const std::string& path) override {
    const auto name = named(path);
    std::lock_guard guard{state_->mutex};
    if (const auto found = state_->find(name))
      return found->is_directory ? result<void>{} : failure{errc::invalid_argument, name + ": not a directory"};
    if (auto parent = state_->parent_exists(name); !parent)
      return parent;
    state_->nodes.emplace(name, std::make_shared<node>(state_->count, true));
    return {};
  }

  result<std::vector<directory_entry>> list(const std::string& path) override {
    const auto name = named(path);
    std::lock_guard guard{state_->mutex};
    if (auto admitted = state_->admit(file_operation::list, name); !admitted)
      return admitted.error();
    const auto found = state_->find(name);
    if (!found)
      return failure{errc::not_found, name + ": no such directory"};
    if (!found->is_directory)
      return failure{errc::invalid_argument, name + ": not a directory"};
    const auto prefix = name == "/" ? name : name + "/";
    std::vector<directory_entry> entries;
    for (auto at = state_->nodes.upper_bound(prefix); at != state_->nodes.end(); ++at) {
      const auto& [full, held] = *at;
      if (!full.starts_with(prefix))
        break;
      if (full.find('/', prefix.size()) == std::string::npos)
        entries.push_back({full.substr(prefix.size()), held->is_directory ? entry_kind::directory : entry_kind::regular,
                           held->bytes.size(), held->last_use_ns});
    }
    return entries;
  }

  result<void> rename(const std::string& from, const std::string& to) override {
    std::lock_guard guard{state_->mutex};
    if (auto admitted = state_->admit(file_operation::rename, from); !admitted)
      return admitted;
    auto moved = state_->regular(from);
    if (!moved)
      return moved.error();
    if (auto parent = state_->parent_exists(to); !parent)
      return parent;
    if (const auto target = state_->find(to); target && target->is_directory)
      return {errc::invalid_argument, to + ": not a regular file"};
    state_->nodes.erase(from);
    state_->nodes[to] = std::move(*moved);
    return {};
  }

  result<void> remove(const std::string& path) override {
    std::lock_guard guard{state_->mutex};
    if (auto admitted = state_->admit(file_operation::remove, path); !admitted)
      return admitted;
    if (auto found = state_->regular(path); !found)
      return found.error();
    state_->nodes.erase(path);
    return {};
  }

  result<void> last_use(const std::string& path, std::int64_t time_ns) override {
    std::lock_guard guard{state_->mutex};
    auto found = state_->regular(path);
    if (!found)
      return found.error();
    (*found)->last_use_ns = time_ns;
    return {};
  }

  result<std::unique_ptr<sync_point>> open_sync(const std::string& path) override {
    std::lock_guard guard{state_->mutex};
    if (auto found = exists(path); !found)
      return found.error();
    return std::unique_ptr<sync_point>{std::make_unique<memory_sync_point>(state_, path)};
  }

  result<void> sync_names(const std::string& path) override {
    std::lock_guard guard{state_->mutex};
    if (auto found = exists(path); !found)
      return found.error();
    return state_->admit(file_operation::sync, path);
  }

  result<std::uint64_t> free_bytes(const std::string& path) override {
    std::lock_guard guard{state_->mutex};
    if (auto found = exists(path); !found)
      return found.error();
    return state_->count->most - std::min(state_->count->now, state_->count->most);
  }

  result<std::unique_ptr<directory_lock>> lock(const std::string& path) override {
    std::lock_guard guard{state_->mutex};
    const bool missing = !state_->find(path);
    if (missing)
      if (auto made = create(path); !made)
        return made.error();
    if (!state_->locks.insert(path).second)
      return failure{errc::busy, path + ": held by this process; close that cache or choose another directory"};
    return std::unique_ptr<directory_lock>{std::make_unique<memory_lock>(state_, path, missing)};
  }

private:
  result<void> create(const std::string& name) {
    if (state_->find(name))
      return {errc::invalid_argument, name + ": the name is taken"};
    if (auto parent = state_->parent_exists(name); !parent)
      return parent;
    state_->nodes.emplace(name, std::make_shared<node>(state_->count));
    return {};
  }

  result<void> exists(const std::string& path) const {
    return state_->find(named(path)) ? result<void>{} : failure{errc::not_found, path + ": no such file or directory"};
  }

  std::shared_ptr<memory_state> state_ = std::make_shared<memory_state>();
};

} // namespace

std::shared_ptr<memory_file_system> make_memory_file_system() { return std::make_shared<memory_files>(); }

} // namespace hearth::storage
