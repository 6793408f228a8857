#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/segments/segment_window.hpp"
#include "storage/verify/verify.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace hearth::storage {

/// State shared by the parts of a verification: the directory, the report and the caller's hooks. Threads: one owner.
class verify_run {
public:
  verify_run(file_system& files, std::string directory, std::uint64_t store, const verify_hooks& hooks)
      : files(files), directory(std::move(directory)), store(store), hooks_(hooks) {}

  /// Whether the caller has stopped the verification. Once true, it stays true.
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

  /// Opens a window that counts the bytes it reads. `path`: relative to the directory. Errors: as
  /// `segment_window::open`.
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
  /// Without a limit: that of the store is unknown.
  namespace_table namespaces{std::numeric_limits<namespace_id>::max()};

private:
  const verify_hooks& hooks_;
  std::uint64_t total_ = 0;
};

} // namespace hearth::storage
