// Payloads are passed on, never copied: checked at the device and in messages.
#include "tests/actors/actor_fixture.hpp"
#include "tests/support/disk_in_front.hpp"

#include <functional>
#include <map>
#include <memory>
#include <span>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Disk in virtual time that records the memory address of each transfer, and can hold back completions of writes.
class remembering_disk final : public disk_in_front {
public:
  using disk_in_front::disk_in_front;

  /// Bytes that the device transferred in this kind of transfer from or to the memory at `at`. Zero if the payload was
  /// copied on its way.
  [[nodiscard]] std::uint64_t moved(storage::io_kind kind, const std::byte* at) const {
    const auto found = moved_.find({kind, at});
    return found == moved_.end() ? 0 : found->second;
  }

  /// Holds back the completions of writes from now on; `tell` delivers them all at once.
  void keep_writes_back() { keeps_ = true; }
  void tell() {
    keeps_ = false;
    for (auto& complete : std::exchange(kept_, {}))
      complete(true);
  }

  void submit(std::vector<storage::io_job> batch) override {
    for (auto& job : batch) {
      if (job.transfer)
        for (const auto part : job.transfer->parts)
          moved_[{job.kind, part.data()}] += part.size();
      if (job.kind == storage::io_kind::write)
        job.complete = [this, complete = std::move(job.complete)](bool ran) {
          if (keeps_)
            kept_.push_back(complete);
          else
            complete(ran);
        };
    }
    disk_in_front::submit(std::move(batch));
  }
  std::size_t in_flight() const override { return disk_in_front::in_flight() + kept_.size(); }
  bool stop(std::chrono::nanoseconds patience) override {
    tell();
    return disk_in_front::stop(patience);
  }

private:
  std::map<std::pair<storage::io_kind, const std::byte*>, std::uint64_t> moved_;
  std::vector<std::function<void(bool)>> kept_;
  bool keeps_ = false;
};

world_parts on_remembering_disk(std::shared_ptr<remembering_disk>& disk) {
  world_parts parts;
  parts.make_disk = [&disk](storage::clock_ns clock) {
    return disk = std::make_shared<remembering_disk>(std::move(clock));
  };
  return parts;
}

constexpr unsigned chain_blocks = 1000;

/// Options with room for a chain of a thousand blocks in memory, in the queue and at the disk.
cache_options room_for_a_chain() {
  auto options = small_cache();
  options.hot_bytes_max = chain_blocks * block_bytes;
  options.lease_bytes_max = chain_blocks * block_bytes;
  options.cold_bytes_max = 64ull << 20;
  options.writer_queue_blocks = 2 * chain_blocks;
  options.writer_queue_bytes = 64ull << 20;
  options.advanced.writes_in_flight = chain_blocks;
  options.promote_cold_hits = false;
  return options;
}

struct long_chain {
  explicit long_chain(unsigned first) {
    for (unsigned number = first; number < first + chain_blocks; ++number) {
      keys.push_back(key(number));
      payloads.push_back(payload(number, block_bytes));
    }
  }
  /// Whether these are the same buffers that were put.
  [[nodiscard]] bool is_what(const result<prefix>& found) const {
    if (!found.ok() || found->blocks.size() != payloads.size())
      return false;
    for (std::size_t i = 0; i < payloads.size(); ++i)
      if (found->blocks[i].bytes().data() != payloads[i].bytes().data())
        return false;
    return true;
  }

  std::vector<block_key> keys;
  std::vector<buffer> payloads;
};

/// Bytes of `blocks` whose memory the device did not transfer directly.
std::uint64_t copied(const remembering_disk& disk, storage::io_kind kind, std::span<const buffer> blocks) {
  std::uint64_t bytes = 0;
  for (const auto& block : blocks)
    bytes += disk.moved(kind, block.bytes().data()) >= block.size() ? 0 : block.size();
  return bytes;
}

} // namespace

TEST_CASE("No path copies a payload: not hot, not pending, not to disk, not from it") {
  std::shared_ptr<remembering_disk> disk;
  cache_world it{room_for_a_chain(), on_remembering_disk(disk)};
  const long_chain first{0};
  const long_chain second{chain_blocks};
  REQUIRE(it.kept.put_many(first.keys, first.payloads).ok());
  CHECK(first.is_what(it.kept.get_prefix(first.keys)));
  CHECK(it.counters().hot_cache_hits == chain_blocks);

  it.world.disk().hang(true);
  REQUIRE(it.kept.put_many(second.keys, second.payloads).ok()); // evicts the first chain
  CHECK(first.is_what(it.kept.get_prefix(first.keys)));
  CHECK(it.counters().pending_hits == chain_blocks);

  it.world.disk().hang(false);
  it.world.run();
  CHECK(copied(*disk, storage::io_kind::write, first.payloads) == 0);
  const auto cold = it.kept.get_prefix(first.keys);
  REQUIRE(cold.ok());
  REQUIRE(cold->blocks.size() == chain_blocks);
  CHECK(it.counters().cold_hits == chain_blocks);
  CHECK(copied(*disk, storage::io_kind::read, cold->blocks) == 0);
  for (std::size_t i = 0; i < chain_blocks; ++i)
    REQUIRE(same(cold->blocks[i], first.payloads[i]));
}

TEST_CASE("A chain that drives out another, and one that is read from disk, take as many messages as a short one") {
  std::shared_ptr<remembering_disk> disk;
  cache_world it{room_for_a_chain(), on_remembering_disk(disk)};
  const long_chain first{0};
  const long_chain second{chain_blocks};
  REQUIRE(it.kept.put_many(first.keys, first.payloads).ok());
  it.world.run();
  disk->keep_writes_back();
  bool stored = false;
  it.kept.put_many_async(second.keys, second.payloads, {},
                         [&](const result<std::vector<result<put_outcome>>>& ends) { stored = ends.ok(); });
  CHECK(it.world.deliver() == 2); // put_many_request, and one write_request for all evicted blocks
  CHECK(stored);
  REQUIRE(it.counters().ledger.pending().blocks == chain_blocks);
  it.world.run();
  disk->tell();
  CHECK(it.world.deliver() == 2); // appends_completed, and one write_reply
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == chain_blocks);

  std::size_t found = 0;
  it.kept.get_prefix_async(first.keys, {}, [&](const result<prefix>& x) { found = x.ok() ? x->blocks.size() : 0; });
  std::size_t messages = it.world.deliver(); // get_prefix_request, read_request
  const auto count_on = [&] {
    messages += it.world.deliver();
    return found > 0;
  };
  CHECK(it.world.run_until(count_on, std::chrono::seconds{60}));
  CHECK(found == chain_blocks);
  CHECK(messages == 3); // and read_reply
}

TEST_CASE("A chain of large blocks is handed to the store in turns, between which time passes for everybody else") {
  constexpr std::uint64_t mib = 1 << 20;
  cache_options options;
  options.directory = "/cache";
  options.policy = write_policy::through;
  options.hot_bytes_max = 32 * mib;
  options.cold_bytes_max = 192 * mib;
  options.advanced.segment_bytes = 64 * mib;
  options.idle_clean = std::chrono::milliseconds{0};
  cache_world it{options};
  REQUIRE(it.kept.put(key(9), payload(9, 4 * mib)).ok());
  REQUIRE(it.kept.flush().ok()); // now there is a segment to write to
  it.world.disk().hang(true);
  std::vector<block_key> keys;
  std::vector<buffer> payloads;
  for (unsigned number = 1; number <= 4; ++number) {
    keys.push_back(key(number));
    payloads.push_back(payload(number, 4 * mib));
  }
  it.kept.put_many_async(keys, std::move(payloads), {}, {});
  it.world.deliver();
  const auto first = it.world.disk().in_flight();
  CHECK(first <= 2); // one write of 4 MiB, and the check of the directory
  for (const std::size_t more : {1, 2, 3}) {
    it.world.advance(std::chrono::milliseconds{1});
    CHECK(it.world.disk().in_flight() == first + more);
  }
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 5);
}
