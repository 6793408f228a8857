// Estimate: pread and pwrite of 1 MiB on huge pages reach the speed of the device with two or more threads. Below 1
// MiB, io_uring with a queue depth is faster (liburing_peer.cpp).
#include "tests/bench/peers/disk_limit.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace hearth::bench {

using storage::result;

result<void> disk_limit::open(const stage& where) {
  path_ = where.directory + "/blocks";
  block_bytes_ = where.block_bytes;
  file_ = descriptor{::open(path_.c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600)};
  if (!file_.is_open())
    return system_failure(path_, errno);
  const auto slots = where.disk_bytes / block_bytes_;
  if (const int error = ::posix_fallocate(file_.number(), 0, static_cast<off_t>(slots * block_bytes_)); error != 0)
    return system_failure(path_, error);
  held_ = std::vector<std::atomic<std::uint64_t>>(slots);
  read_.clear();
  while (read_.size() < where.threads) {
    auto made = storage::mutable_buffer::allocate(block_bytes_);
    if (!made)
      return made.error();
    read_.push_back(std::move(*made));
  }
  return {};
}

result<std::size_t> disk_limit::put(unsigned, chain_blocks chain) {
  for (const auto& item : chain) {
    hold(item.key, false);
    if (auto done = write_all(file_.number(), offset_of(item.key), item.payload.padded_bytes(), path_); !done)
      return done.error();
    hold(item.key, true);
  }
  return chain.size();
}

result<std::size_t> disk_limit::get(unsigned thread, chain_keys chain, const block_seen& seen) {
  const auto into = read_[thread].bytes();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!holds(chain[i]))
      return i;
    if (auto got = read_all(file_.number(), offset_of(chain[i]), into, path_); !got)
      return got.error();
    if (!holds(chain[i]))
      return i; // overwritten during the read
    seen(i, into);
  }
  return chain.size();
}

result<std::size_t> disk_limit::contains(unsigned, chain_keys chain) {
  std::size_t present = 0;
  while (present < chain.size() && holds(chain[present]))
    ++present;
  return present;
}

result<void> disk_limit::settle() {
  return ::fdatasync(file_.number()) == 0 ? result<void>{} : system_failure(path_ + ": fdatasync", errno);
}

void add_disk_limit(peer_list& list) {
  list.entries.push_back({"limit: threads", [] { return std::make_unique<disk_limit>(); }});
}

} // namespace hearth::bench
