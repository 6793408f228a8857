// What the machine allows a cache to do at best. In memory: an array by number with a lock a slot, no hash, no
// eviction, one reference counted for a get. On disk: one preallocated file with a slot a block, O_DIRECT, no index, no
// checksum.
#include "storage/hot/spin_lock.hpp"
#include "tests/bench/arena.hpp"
#include "tests/bench/caches/cache_peer.hpp"
#include "tests/bench/caches/workload.hpp"
#include "tests/bench/raw_file.hpp"

#include <cerrno>
#include <mutex>
#include <utility>

#include <fcntl.h>

namespace hearth::bench {

namespace {

using storage::block_key;
using storage::result;

class memory_limit final : public cache_peer {
public:
  [[nodiscard]] std::string version() const override { return "an array with a lock a slot"; }
  [[nodiscard]] std::string refuses(const peer_stage& where) const override {
    return where.disk_bytes > 0 ? "it has no disk" : "";
  }

  result<void> open(const peer_stage& where) override {
    slots_ = std::vector<slot>(where.memory_bytes / where.block_bytes);
    return {};
  }
  result<void> put(unsigned, storage::block item) override {
    auto& at = slots_[number_of(item.key) % slots_.size()];
    std::lock_guard guard{at.lock};
    std::swap(at.payload, item.payload);
    return {};
  }
  result<std::size_t> get(unsigned, std::span<const block_key> chain, const block_seen& seen) override {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const auto found = copy(slots_[number_of(chain[i]) % slots_.size()]);
      if (found.empty() || stamp_of(found.bytes()) != number_of(chain[i]))
        return i;
      seen(i, found.bytes());
    }
    return chain.size();
  }
  void close() override { slots_.clear(); }

private:
  struct slot {
    storage::spin_lock lock;
    storage::buffer payload;
  };

  static storage::buffer copy(slot& from) {
    std::lock_guard guard{from.lock};
    return from.payload;
  }

  std::vector<slot> slots_;
};

class disk_limit final : public cache_peer {
public:
  [[nodiscard]] std::string version() const override { return "one file, O_DIRECT"; }
  [[nodiscard]] std::string refuses(const peer_stage& where) const override {
    return where.disk_bytes == 0 ? "it is a file" : o_direct_refusal(where.directory);
  }

  result<void> open(const peer_stage& where) override {
    path_ = where.directory + "/blocks";
    block_bytes_ = where.block_bytes;
    slots_ = where.disk_bytes / block_bytes_;
    file_ = descriptor{::open(path_.c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600)};
    if (!file_.is_open())
      return system_failure(path_, errno);
    if (const int error = ::posix_fallocate(file_.number(), 0, static_cast<off_t>(slots_ * block_bytes_)); error != 0)
      return system_failure(path_, error);
    auto read = arena::make(block_bytes_ * where.threads);
    if (!read)
      return read.error();
    read_ = std::move(*read);
    return {};
  }
  result<void> put(unsigned, storage::block item) override {
    return write_all(file_.number(), number_of(item.key) % slots_ * block_bytes_, item.payload.padded_bytes(), path_);
  }
  result<std::size_t> get(unsigned thread, std::span<const block_key> chain, const block_seen& seen) override {
    const auto into = read_.bytes().subspan(thread * block_bytes_, block_bytes_);
    for (std::size_t i = 0; i < chain.size(); ++i) {
      if (auto got = read_all(file_.number(), number_of(chain[i]) % slots_ * block_bytes_, into, path_); !got)
        return got.error();
      if (stamp_of(into) != number_of(chain[i]))
        return i;
      seen(i, into);
    }
    return chain.size();
  }
  void close() override { file_ = {}; }

private:
  std::string path_;
  std::uint64_t block_bytes_ = 0;
  std::uint64_t slots_ = 1;
  descriptor file_;
  arena read_;
};

} // namespace

std::unique_ptr<cache_peer> make_memory_limit() { return std::make_unique<memory_limit>(); }
std::unique_ptr<cache_peer> make_disk_limit() { return std::make_unique<disk_limit>(); }

} // namespace hearth::bench
