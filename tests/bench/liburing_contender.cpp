// Estimate: below 1 MiB io_uring at a depth beats blocking threads (at 256 KiB 2.6 against 2.3 GB/s read, 4.0 against
// 2.5 written by one); from 1 MiB on both reach the device.
#include "storage/format/checksum.hpp"
#include "tests/bench/contenders.hpp"
#include "tests/bench/raw_file.hpp"

#include <map>

#include <liburing.h>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::result;

/// A ring for one call of `put` or `get`.
class ring {
public:
  explicit ring(unsigned depth) : error_(-::io_uring_queue_init(depth, &ring_, 0)) {}
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ~ring() {
    if (error_ == 0)
      ::io_uring_queue_exit(&ring_);
  }

  [[nodiscard]] int error() const noexcept { return error_; } ///< 0: it is open
  [[nodiscard]] io_uring* operator->() noexcept { return &ring_; }
  [[nodiscard]] io_uring* handle() noexcept { return &ring_; }

private:
  io_uring ring_{};
  int error_;
};

/// What is in flight on a lane.
struct transfer {
  std::uint64_t number = 0;
  std::span<std::byte> bytes;
};

/// The limit; or, with XXH3 over every block as hearth has it, what verifying alone costs: the sum is made on the
/// thread that keeps the transfers going, and what has been read passes through that thread's caches.
class raw_uring final : public raw_file {
public:
  explicit raw_uring(bool verifies) : verifies_(verifies) {}

  std::string refuses(const stage& where) const override {
    if (const ring probe{1}; probe.error() != 0)
      return system_failure("io_uring is not to be had here", probe.error()).context;
    return raw_file::refuses(where);
  }

  result<void> put(std::uint64_t first, std::uint64_t count, unsigned depth) override {
    const auto start = [&](io_uring_sqe* entry, unsigned lane, std::size_t index, transfer& item) {
      item = {first + index, stage_.blocks->stamped(lane, first + index)};
      if (verifies_)
        sums_[item.number] = storage::checksum(item.bytes);
      ::io_uring_prep_write(entry, file_.number(), item.bytes.data(), static_cast<unsigned>(item.bytes.size()),
                            offset_of(item.number));
    };
    auto written = run(count, depth, start, [](const transfer&) { return true; });
    range_.put_up_to(first + count, slots_);
    sums_.erase(sums_.begin(), sums_.lower_bound(range_.oldest));
    return written;
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    const auto start = [&](io_uring_sqe* entry, unsigned lane, std::size_t index, transfer& item) {
      item = {numbers[index], stage_.blocks->scratch(lane)};
      ::io_uring_prep_read(entry, file_.number(), item.bytes.data(), static_cast<unsigned>(item.bytes.size()),
                           offset_of(item.number));
    };
    return run(numbers.size(), depth, start, [&](const transfer& item) {
      each(item.number, item.bytes);
      return !verifies_ || sums_.at(item.number) == storage::checksum(item.bytes);
    });
  }

private:
  std::string version() const override { return "io_uring of the kernel"; }

  /// Keeps `depth` transfers in flight until `count` have ended; after a failure only waits for those that are.
  template <class Start, class Ended>
  result<void> run(std::size_t count, unsigned depth, Start start, Ended ended) {
    ring io{depth};
    if (io.error() != 0)
      return system_failure("io_uring_queue_init", io.error());
    std::vector<transfer> lanes(depth);
    std::vector<unsigned> free;
    for (unsigned lane = 0; lane < depth; ++lane)
      free.push_back(lane);
    result<void> outcome;
    std::size_t next = 0;
    while (free.size() < depth || (next < count && outcome.ok())) {
      for (; !free.empty() && next < count && outcome.ok(); free.pop_back()) {
        auto* entry = ::io_uring_get_sqe(io.handle());
        start(entry, free.back(), next++, lanes[free.back()]);
        ::io_uring_sqe_set_data(entry, &lanes[free.back()]);
      }
      if (const auto submitted = ::io_uring_submit_and_wait(io.handle(), 1); submitted < 0 && submitted != -EINTR)
        return system_failure(path_ + ": io_uring_submit_and_wait", -submitted);
      io_uring_cqe* done = nullptr;
      while (::io_uring_peek_cqe(io.handle(), &done) == 0) {
        const auto* item = static_cast<const transfer*>(::io_uring_cqe_get_data(done));
        if (done->res != static_cast<int>(item->bytes.size()))
          outcome = system_failure(path_ + ": io_uring transfer", done->res < 0 ? -done->res : EIO);
        else if (!ended(*item))
          outcome = storage::failure{errc::corrupt, path_ + ": a block has other bytes than were written"};
        ::io_uring_cqe_seen(io.handle(), done);
        free.push_back(static_cast<unsigned>(item - lanes.data()));
      }
    }
    return outcome;
  }

  bool verifies_;
  std::map<std::uint64_t, std::uint64_t> sums_; ///< by the block's number
};

} // namespace

void add_liburing(contender_list& list) {
  list.entries.insert(
      list.entries.begin() + 1,
      {.name = "raw io_uring", .make = [] { return std::make_unique<raw_uring>(false); }, .is_limit = true});
  list.entries.insert(list.entries.begin() + 2,
                      {.name = "raw verified", .make = [] { return std::make_unique<raw_uring>(true); }});
}

} // namespace hearth::bench
