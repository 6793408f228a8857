#pragma once

#include "storage/segments/segments_store.hpp"
#include "tests/fuzz/directory_image.hpp"
#include "tests/support/io_worlds.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth::fuzz {

/// Segment size of these stores, in bytes: seven pages, so that a few blocks fill a segment.
inline constexpr std::uint64_t small_segment_bytes = 28'672;

/// Limit in bytes for this many segments.
[[nodiscard]] std::uint64_t room_for(std::uint64_t segments);

/// Key and payload of the block with this number. Another `version` gives other bytes.
[[nodiscard]] storage::block_key key_of(unsigned number);
[[nodiscard]] storage::buffer payload_of(unsigned number, unsigned version);

/// A store on a disk in memory, with blocking calls. Threads: one owner.
class opened_world {
public:
  opened_world(std::shared_ptr<storage::memory_file_system> disk, std::uint64_t bytes_max);
  ~opened_world();
  opened_world(const opened_world&) = delete;
  opened_world& operator=(const opened_world&) = delete;

  /// Reason why the directory was refused.
  [[nodiscard]] const std::optional<storage::failure>& refusal() const noexcept { return refusal_; }
  [[nodiscard]] const storage::recovery_report& report() const noexcept { return report_; }
  [[nodiscard]] storage::block_store& store() { return *store_; }

  storage::errc append(unsigned number, unsigned version);
  [[nodiscard]] storage::result<storage::block> read(const storage::block_key& key);
  storage::errc sync();

private:
  testing::virtual_io_world io_;
  std::shared_ptr<storage::namespace_table> namespaces_;
  std::shared_ptr<storage::block_store> store_;
  storage::recovery_report report_;
  std::optional<storage::failure> refusal_;
};

} // namespace hearth::fuzz
