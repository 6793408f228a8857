#pragma once

#include "storage/simulated/memory_disk.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace hearth::storage {

/// A locked directory in memory.
class memory_lock final : public directory_lock {
public:
  memory_lock(std::shared_ptr<memory_disk> disk, std::string path, std::shared_ptr<memory_node> folder, bool made)
      : disk_(std::move(disk)), path_(std::move(path)), folder_(std::move(folder)), made_(made),
        taken_at_(disk_->power_cuts) {}
  ~memory_lock() override {
    std::lock_guard guard{disk_->mutex};
    if (taken_at_ == disk_->power_cuts)
      disk_->locks.erase(folder_.get());
    folder_.reset();
  }

  void withdraw() override {
    std::lock_guard guard{disk_->mutex};
    if (made_ && taken_at_ == disk_->power_cuts)
      disk_->remove(path_);
  }

private:
  std::shared_ptr<memory_disk> disk_;
  std::string path_;
  std::shared_ptr<memory_node> folder_;
  bool made_;              ///< whether this lock created the file
  std::uint64_t taken_at_; ///< number of power cuts before the lock
};

/// A directory in memory, identified by its node.
class memory_held_directory final : public held_directory {
public:
  memory_held_directory(std::shared_ptr<memory_disk> disk, std::string path, std::shared_ptr<memory_node> held)
      : disk_(std::move(disk)), path_(std::move(path)), held_(std::move(held)) {}
  ~memory_held_directory() override {
    std::lock_guard guard{disk_->mutex};
    held_.reset();
  }

  result<void> in_place() const override {
    std::lock_guard guard{disk_->mutex};
    const auto found = disk_->find(path_);
    if (found == held_)
      return {};
    return {errc::not_found, path_ + (found ? ": found another one, expected the directory that was opened"
                                            : ": no such file or directory")};
  }
  std::uint64_t device() const noexcept override { return 1; }

private:
  std::shared_ptr<memory_disk> disk_;
  std::string path_;
  std::shared_ptr<memory_node> held_;
};

} // namespace hearth::storage
