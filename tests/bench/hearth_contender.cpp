// Estimate: segments should reach 0.8 of the limit and more.
#include "tests/bench/contenders.hpp"
#include "tests/bench/lanes.hpp"

#include <algorithm>
#include <cstring>
#include <thread>

namespace hearth::bench {

namespace {

using namespace hearth::storage;

/// Hosts' keys are hashes: so are these, of the number, which stands in them as well.
block_key key_of(std::uint64_t number) {
  block_key key;
  auto mixed = (number + 1) * 0x9e3779b97f4a7c15;
  mixed ^= mixed >> 32;
  std::memcpy(key.bytes.data(), &mixed, sizeof(mixed));
  std::memcpy(key.bytes.data() + sizeof(mixed), &number, sizeof(number));
  return key;
}

/// A buffer whose owner may still write to it, when no other owner is left that looks.
struct own_buffer {
  buffer shared;
  std::span<std::byte> bytes;
};

class block_store_contender final : public contender {
public:
  explicit block_store_contender(hearth_parts parts) : parts_(std::move(parts)) {}

  contender_facts facts() const override { return {hearth_version(), parts_.o_direct, true}; }

  result<void> open(const stage& where) override {
    stage_ = where;
    if (buffers_.empty())
      if (auto made = make_buffers(); !made)
        return made;
    io_ = parts_.make_io();
    auto opened = parts_.open(where.directory, where.capacity_bytes, io_, make_posix_file_system());
    if (!opened)
      return opened.error();
    store_ = std::move(*opened);
    return {};
  }

  result<void> put(std::uint64_t first, std::uint64_t count, unsigned depth) override {
    lane_window window{depth};
    const auto end = first + count;
    for (auto number = first; number < end;) {
      const auto lanes = window.take();
      if (lanes.empty())
        break;
      std::vector<append_item> batch;
      for (const auto lane : lanes) {
        if (number == end)
          window.give_back(lane, {});
        else
          batch.push_back({{key_of(number), 0, std::nullopt, stamped(lane, number)},
                           [&window, lane](result<void> outcome) { window.give_back(lane, outcome); }});
        number = std::min(number + 1, end);
      }
      store_->append(std::move(batch));
    }
    next_ = end;
    return window.drain();
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    lane_window window{depth};
    for (std::size_t next = 0; next < numbers.size();) {
      const auto lanes = window.take();
      if (lanes.empty())
        break;
      std::vector<read_item> batch;
      for (const auto lane : lanes) {
        if (next == numbers.size()) {
          window.give_back(lane, {});
          continue;
        }
        const auto number = numbers[next++];
        batch.push_back({key_of(number), 0, [&window, &each, lane, number](result<block> got) {
                           if (got.ok())
                             each(number, got->payload.bytes());
                           const bool fine = got.ok() || got.code() == errc::not_found;
                           window.give_back(lane, fine ? result<void>{} : result<void>{got.error()});
                         }});
      }
      store_->read(std::move(batch));
    }
    return window.drain();
  }

  result<void> sync() override {
    lane_window window{1};
    static_cast<void>(window.take());
    store_->sync([&window](result<void> outcome) { window.give_back(0, outcome); });
    return window.drain();
  }

  /// In order: what is in flight ends, the store goes, then what it still had to do, then the threads.
  result<void> close() override {
    if (!store_)
      return {};
    wait_for_io();
    store_.reset();
    wait_for_io();
    io_.reset();
    return {};
  }

  std::vector<std::uint64_t> present() const override {
    const auto fits = stage_.capacity_bytes / stage_.block_bytes;
    std::vector<std::uint64_t> numbers;
    for (auto number = next_ > 2 * fits ? next_ - 2 * fits : 0; number < next_; ++number)
      if (store_->find(key_of(number)))
        numbers.push_back(number);
    return numbers;
  }

  std::uint64_t blocks() const override { return store_->ledger(std::nullopt).present.blocks; }

  ~block_store_contender() override { static_cast<void>(close()); }

private:
  /// Unmeasured: the patterns of the stage once more, in buffers as a host would hand them over.
  result<void> make_buffers() {
    for (unsigned index = 0; index < stage_.blocks->write_lanes() * stage_.blocks->patterns_a_lane(); ++index) {
      auto made = parts_.allocate(stage_.block_bytes);
      if (!made)
        return made.error();
      const auto bytes = made->bytes();
      const auto pattern = stage_.blocks->pattern(index);
      std::copy(pattern.begin(), pattern.end(), bytes.begin());
      buffers_.push_back({std::move(*made).publish(), bytes});
    }
    next_pattern_.resize(stage_.blocks->write_lanes());
    return {};
  }

  /// Buffers are immutable once they are shared. Here they are used again, as a host's arena would, when the append
  /// that had them has ended: making a new one each time would measure the system's memory, not the store.
  buffer stamped(unsigned lane, std::uint64_t number) {
    const auto patterns = stage_.blocks->patterns_a_lane();
    const auto index = lane * patterns + next_pattern_[lane];
    next_pattern_[lane] = (next_pattern_[lane] + 1) % patterns;
    payloads::stamp(buffers_[index].bytes, number, index);
    return buffers_[index].shared;
  }

  void wait_for_io() const {
    while (io_->in_flight() > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }

  hearth_parts parts_;
  stage stage_;
  std::vector<own_buffer> buffers_; ///< by pattern
  std::vector<unsigned> next_pattern_;
  std::uint64_t next_ = 0;
  std::shared_ptr<io_engine> io_;
  std::shared_ptr<block_store> store_;
};

} // namespace

make_contender hearth_contender(hearth_parts parts) {
  return [=] { return std::make_unique<block_store_contender>(parts); };
}

} // namespace hearth::bench
