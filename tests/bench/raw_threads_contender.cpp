// Estimate: pread and pwrite of 1 MiB on huge pages reach what the device does from two threads on; more than that pays
// only below 1 MiB, where io_uring does better anyway.
#include "tests/bench/contenders.hpp"
#include "tests/bench/lanes.hpp"
#include "tests/bench/raw_file.hpp"

#include <algorithm>

namespace hearth::bench {

namespace {

using storage::result;

constexpr unsigned threads_max = 16;

class raw_threads final : public raw_file {
public:
  result<void> put(std::uint64_t first, std::uint64_t count, unsigned depth) override {
    auto written = on_lanes(std::min(depth, threads_max), count, [&](unsigned lane, std::size_t index) {
      const auto number = first + index;
      return write_all(file_.number(), offset_of(number), stage_.blocks->stamped(lane, number), path_);
    });
    range_.put_up_to(first + count, slots_);
    return written;
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    return on_lanes(std::min(depth, threads_max), numbers.size(), [&](unsigned lane, std::size_t index) {
      const auto into = stage_.blocks->scratch(lane);
      auto got = read_all(file_.number(), offset_of(numbers[index]), into, path_);
      if (got.ok())
        each(numbers[index], into);
      return got;
    });
  }

private:
  std::string version() const override { return "pread, pwrite; at most 16 threads"; }
};

} // namespace

std::unique_ptr<contender> make_raw_threads() { return std::make_unique<raw_threads>(); }

} // namespace hearth::bench
