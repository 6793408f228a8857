// Estimate: 1 MiB costs 0.3 ms to write past the page cache, and 30 to 670 us to create and 0.4 ms to remove: about a
// quarter of the limit. How much the names cost differs between file systems tenfold, so no claim rests on it.
#include "tests/bench/contenders.hpp"
#include "tests/bench/lanes.hpp"
#include "tests/bench/raw_file.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace hearth::bench {

namespace {

using storage::result;

constexpr unsigned threads_max = 4;

class one_file_a_block final : public contender {
public:
  explicit one_file_a_block(bool o_direct) : o_direct_(o_direct) {}

  contender_facts facts() const override { return {"syncfs", o_direct_, true}; }

  std::string refuses(const stage& where) const override {
    return o_direct_ ? o_direct_refusal(where.directory) : std::string{};
  }

  result<void> open(const stage& where) override {
    stage_ = where;
    slots_ = where.capacity_bytes / where.block_bytes;
    directory_ = descriptor{::open(where.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory_.is_open())
      return system_failure(where.directory + ": open", errno);
    return {};
  }

  result<void> put(std::uint64_t first, std::uint64_t count, unsigned depth) override {
    auto written = on_lanes(std::min(depth, threads_max), count, [&](unsigned lane, std::size_t index) {
      return put_one(first + index, stage_.blocks->stamped(lane, first + index));
    });
    range_.put_up_to(first + count, slots_);
    return written;
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    return on_lanes(std::min(depth, stage_.blocks->read_lanes()), numbers.size(),
                    [&](unsigned lane, std::size_t index) -> result<void> {
                      const auto path = path_of(numbers[index]);
                      const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | (o_direct_ ? O_DIRECT : 0))};
                      if (!file.is_open() && errno == ENOENT)
                        return {};
                      if (!file.is_open())
                        return system_failure(path + ": open", errno);
                      const auto into = stage_.blocks->scratch(lane);
                      auto got = read_all(file.number(), 0, into, path);
                      if (got.ok())
                        each(numbers[index], into);
                      return got;
                    });
  }

  result<void> sync() override {
    if (::syncfs(directory_.number()) != 0)
      return system_failure(stage_.directory + ": syncfs", errno);
    return {};
  }

  result<void> close() override {
    directory_ = {};
    return {};
  }

  std::vector<std::uint64_t> present() const override { return range_.numbers(); }

private:
  [[nodiscard]] std::string path_of(std::uint64_t number) const {
    return stage_.directory + "/" + std::to_string(number);
  }

  /// The oldest block goes first, so that the capacity holds at every moment.
  result<void> put_one(std::uint64_t number, std::span<const std::byte> bytes) {
    if (number >= slots_)
      if (const auto oldest = path_of(number - slots_); ::unlink(oldest.c_str()) != 0)
        return system_failure(oldest + ": unlink", errno);
    const auto path = path_of(number);
    const descriptor file{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | (o_direct_ ? O_DIRECT : 0), 0600)};
    if (!file.is_open())
      return system_failure(path + ": open", errno);
    return write_all(file.number(), 0, bytes, path);
  }

  bool o_direct_;
  stage stage_;
  descriptor directory_;
  std::uint64_t slots_ = 0;
  number_range range_;
};

} // namespace

std::unique_ptr<contender> make_one_file_a_block(bool o_direct) { return std::make_unique<one_file_a_block>(o_direct); }

} // namespace hearth::bench
