#pragma once

#include "storage/segments/segment_index.hpp"
#include "storage/segments/segments_recovery.hpp"
#include "tests/storage/cold/block_store_worlds.hpp"
#include "tests/support/text_files.hpp"

#include <functional>
#include <set>

namespace hearth::testing {

inline constexpr const char* segments_directory = "/cache/segments/";

inline std::string data_path(std::uint32_t slot) {
  return segments_directory + to_string(slot, segment_file_kind::data);
}
inline std::string index_path(std::uint32_t slot) {
  return segments_directory + to_string(slot, segment_file_kind::index);
}

inline void flip(file_system& files, const std::string& path, std::size_t at) {
  auto text = read_file(files, path);
  text.at(at) = static_cast<char>(text.at(at) ^ 0x10);
  auto opened = files.open(path, open_mode::read_write);
  REQUIRE(opened);
  REQUIRE(write_text(**opened, 0, text));
}

/// The number in `key`, up to 65,535.
inline unsigned number_of(const block_key& key) {
  return std::to_integer<unsigned>(key.bytes[30]) << 8 | std::to_integer<unsigned>(key.bytes[31]);
}

/// Forwards all jobs and counts them by kind.
class noting_io final : public io_engine {
public:
  explicit noting_io(std::shared_ptr<io_engine> inner) : inner_(std::move(inner)) {}
  void submit(std::vector<io_job> batch) override {
    for (const auto& job : batch)
      ++(job.kind == io_kind::write ? writes : job.kind == io_kind::read ? reads : others);
    inner_->submit(std::move(batch));
  }
  std::size_t in_flight() const override { return inner_->in_flight(); }
  bool stop(std::chrono::nanoseconds patience) override { return inner_->stop(patience); }

  std::size_t reads = 0;
  std::size_t writes = 0;
  std::size_t others = 0;

private:
  std::shared_ptr<io_engine> inner_;
};

/// Segments stores in memory, of any geometry. Default: segments of 64 KiB for eight blocks of one page. Such a block
/// takes two pages on disk.
class segments_world : public memory_segments_world {
public:
  explicit segments_world(bool expects_power_cuts = false) {
    tuning.segment_bytes = 65'536;
    tuning.reclaim_ahead_bytes = 0;
    tuning.sync_bytes = 0;
    if (!expects_power_cuts)
      return;
    disk = make_memory_file_system(true);
    REQUIRE(disk->create_directory("/cache"));
    REQUIRE(disk->sync_names("/"));
  }

  /// Limit in bytes for this many segments.
  [[nodiscard]] std::uint64_t room(std::uint64_t segments) {
    return segments_fixed_bytes(tuning) + segments * segment_charge(tuning, 4096);
  }
  void open_segments(std::uint64_t segments) { open_bytes(room(segments)); }
  result<opened_store> try_open(std::uint64_t bytes_max) override {
    noted = std::make_shared<noting_io>(io.engine());
    return open_store({"/cache", bytes_max, disk, noted, namespaces, [this] { return clock_ns; }, on_opening});
  }

  /// Completes all I/O. Fails the test if the I/O does not end.
  void settle() override {
    for (int steps = 0; io.disk->next_due_ns(); ++steps) {
      REQUIRE(steps < 50'000);
      step();
    }
  }
  void step() {
    REQUIRE(io.disk->next_due_ns());
    *io.now_ns = std::max(*io.now_ns, *io.disk->next_due_ns());
    io.disk->step();
  }
  void step_until(const std::function<bool()>& done) {
    for (int steps = 0; !done(); ++steps) {
      REQUIRE(steps < 50'000);
      step();
    }
  }

  /// Kills the process: I/O in flight never happens.
  void kill() {
    store.reset();
    io = virtual_io_world{};
    noted.reset();
  }

  [[nodiscard]] std::vector<unsigned> in_order() const {
    std::vector<unsigned> found;
    for (const auto& key : store->keys())
      found.push_back(number_of(key));
    return found;
  }
  [[nodiscard]] bool has(unsigned number) const { return store->find(key(number)).has_value(); }
  [[nodiscard]] segment_index index_of(std::uint32_t slot) {
    auto read = read_segment_index(*disk, index_path(slot));
    REQUIRE(read);
    return *read;
  }
  [[nodiscard]] std::size_t segment_files() {
    std::size_t count = 0;
    for (const auto& name : names_in(*disk, segments_directory))
      count += parse_segment_name(name).kind == segment_file_kind::data ? 1 : 0;
    return count;
  }

  std::shared_ptr<noting_io> noted;
};

} // namespace hearth::testing
