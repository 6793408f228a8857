// Estimate: below 1 MiB, io_uring with a queue depth beats blocking threads (at 256 KiB: 2.6 against 2.3 GB/s read; 4.0
// against 2.5 GB/s written by one thread). From 1 MiB on both reach the device. XXH3 of every block costs another 0.03
// s/GB.
#include "storage/format/checksum.hpp"
#include "tests/bench/peers/disk_limit.hpp"

#include <algorithm>
#include <cerrno>

#include <liburing.h>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::failure;
using storage::result;

constexpr unsigned depth_max = 64;

class ring {
public:
  ring() : error_(-::io_uring_queue_init(depth_max, &ring_, 0)) {}
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ~ring() {
    if (error_ == 0)
      ::io_uring_queue_exit(&ring_);
  }

  [[nodiscard]] int error() const noexcept { return error_; } ///< 0: it is open
  [[nodiscard]] io_uring* handle() noexcept { return &ring_; }

private:
  io_uring ring_{};
  int error_;
};

/// Keeps all transfers of a chain in flight, up to 64, on one ring per thread. With `verifies` it checksums every block
/// as hearth does: the cost of verification without a store.
class uring_limit final : public disk_limit {
public:
  explicit uring_limit(bool verifies) : verifies_(verifies) {}

  [[nodiscard]] std::string version() const override { return "one file, O_DIRECT, io_uring"; }
  [[nodiscard]] std::string refuses(const stage& where) const override {
    if (const ring probe; probe.error() != 0)
      return system_failure("io_uring is not available", probe.error()).context;
    return disk_limit::refuses(where);
  }

  result<void> open(const stage& where) override {
    sums_.resize(where.disk_bytes / where.block_bytes);
    lanes_.clear();
    while (lanes_.size() < where.threads)
      lanes_.push_back(std::make_unique<lane>());
    for (const auto& one : lanes_)
      if (one->io.error() != 0)
        return system_failure("io_uring_queue_init", one->io.error());
    return disk_limit::open(where);
  }

  result<std::size_t> put(unsigned thread, chain_blocks chain) override {
    const auto start = [&](io_uring_sqe* entry, std::size_t i) {
      const auto bytes = chain[i].payload.padded_bytes();
      hold(chain[i].key, false);
      if (verifies_)
        sums_[slot_of(chain[i].key)] = storage::checksum(chain[i].payload.bytes());
      ::io_uring_prep_write(entry, file_.number(), bytes.data(), static_cast<unsigned>(bytes.size()),
                            offset_of(chain[i].key));
    };
    auto written = run(*lanes_[thread], chain.size(), start);
    if (!written)
      return written.error();
    for (const auto& item : chain)
      hold(item.key, true);
    return chain.size();
  }

  result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) override {
    auto& on = *lanes_[thread];
    const auto present = contains(thread, chain);
    while (on.buffers.size() < *present) {
      auto made = storage::mutable_buffer::allocate(block_bytes_);
      if (!made)
        return made.error();
      on.buffers.push_back(std::move(*made));
    }
    auto read = run(on, *present, [&](io_uring_sqe* entry, std::size_t i) {
      const auto into = on.buffers[i].bytes();
      ::io_uring_prep_read(entry, file_.number(), into.data(), static_cast<unsigned>(into.size()), offset_of(chain[i]));
    });
    if (!read)
      return read.error();
    for (std::size_t i = 0; i < *present; ++i) {
      if (!holds(chain[i]))
        return i; // overwritten during the read
      if (verifies_ && sums_[slot_of(chain[i])] != storage::checksum(on.buffers[i].bytes()))
        return failure{errc::corrupt, path_ + ": a block has other bytes than were written"};
      seen(i, on.buffers[i].bytes());
    }
    return present;
  }

private:
  struct lane {
    ring io;
    std::vector<storage::mutable_buffer> buffers; ///< read buffers, by position in the chain
  };

  /// Keeps as many of `count` transfers in flight as the ring holds. After a failure it submits no more and waits for
  /// those in flight.
  template <class Start>
  result<void> run(lane& on, std::size_t count, Start start) {
    result<void> outcome;
    std::size_t next = 0;
    for (std::size_t flying = 0; flying > 0 || (next < count && outcome.ok());) {
      for (; flying < depth_max && next < count && outcome.ok(); ++flying)
        start(::io_uring_get_sqe(on.io.handle()), next++);
      if (const auto submitted = ::io_uring_submit_and_wait(on.io.handle(), 1); submitted < 0 && submitted != -EINTR)
        return system_failure(path_ + ": io_uring_submit_and_wait", -submitted);
      io_uring_cqe* done = nullptr;
      for (; ::io_uring_peek_cqe(on.io.handle(), &done) == 0; --flying) {
        if (done->res != static_cast<int>(block_bytes_))
          outcome = system_failure(path_ + ": io_uring transfer", done->res < 0 ? -done->res : EIO);
        ::io_uring_cqe_seen(on.io.handle(), done);
      }
    }
    return outcome;
  }

  bool verifies_;
  std::vector<std::unique_ptr<lane>> lanes_; ///< by thread
  std::vector<std::uint64_t> sums_;          ///< by slot
};

} // namespace

void add_liburing(peer_list& list) {
  const auto limit =
      std::find_if(list.entries.begin(), list.entries.end(), [](const auto& x) { return x.name == "limit: threads"; });
  list.entries.insert(limit + 1, {{"limit: io_uring", [] { return std::make_unique<uring_limit>(false); }},
                                  {"raw, verified", [] { return std::make_unique<uring_limit>(true); }}});
}

} // namespace hearth::bench
