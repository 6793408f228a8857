#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/segments/segment_window.hpp"
#include "storage/verify/verify.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace hearth::storage {

/// What the parts of a verification share: where it works, what it tells, and who follows it. Threads: one owner.
class verify_run {
public:
  verify_run(file_system& files, std::string directory, std::uint64_t store, const verify_hooks& hooks)
      : files(files), directory(std::move(directory)), store(store), hooks_(hooks) {}

  /// Once it has answered true it always does.
  [[nodiscard]] bool stopped() {
    report.stopped = report.stopped || (hooks_.stop && hooks_.stop());
    return report.stopped;
  }

  void expect(std::uint64_t bytes) noexcept { total_ += bytes; }

  void read(std::uint64_t bytes) {
    report.bytes_read += bytes;
    total_ = std::max(total_, report.bytes_read);
    if (hooks_.progress)
      hooks_.progress(report.bytes_read, total_);
  }

  void note(finding_kind kind, std::string file, std::string found, std::string expected) {
    report.findings.push_back({kind, std::move(file), 0, 0, {}, {}, std::move(found), std::move(expected), {}});
  }

  /// A window that counts what it reads. `path`: as seen from the directory. Errors: as `segment_window::open`.
  [[nodiscard]] result<segment_window> open(const std::string& path, std::uint64_t limit,
                                            caching cache = caching::direct) {
    auto opened = segment_window::open(files, directory + "/" + path, limit, cache);
    if (opened)
      opened->on_read([this](std::uint64_t bytes) { read(bytes); });
    return opened;
  }

  file_system& files;
  std::string directory;
  std::uint64_t store;
  verify_report report;
  namespace_table namespaces{std::numeric_limits<namespace_id>::max()}; ///< any store's: its own limit is not known

private:
  const verify_hooks& hooks_;
  std::uint64_t total_ = 0;
};

} // namespace hearth::storage
