#pragma once

#include "storage/io/posix_file.hpp"

#include <array>
#include <cassert>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace hearth::testing {

/// Any descriptor as a `file`, for engines that hand transfers to the kernel: a pipe acts as a disk that hangs until
/// told. It has no length, and transfers have no offset.
class handle_file final : public storage::file {
public:
  /// `direct`: tells the engine that it bypasses the page cache, so that no transfer waits.
  handle_file(storage::descriptor opened, std::string path, bool direct = false)
      : opened_(std::move(opened)), path_(std::move(path)), direct_(direct) {}

  using file::read;
  storage::result<std::size_t> read(std::uint64_t, std::span<const std::span<std::byte>> parts) override {
    std::size_t done = 0;
    for (const auto& part : parts) {
      const auto got = ::read(opened_.number(), part.data(), part.size());
      if (got < 0)
        return storage::refused(path_, "read", errno);
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  storage::result<void> write(std::uint64_t, std::span<const std::span<const std::byte>> parts) override {
    for (const auto& part : parts)
      if (::write(opened_.number(), part.data(), part.size()) != static_cast<ssize_t>(part.size()))
        return storage::refused(path_, "write", errno);
    return {};
  }
  storage::result<void> reserve(std::uint64_t) override { return {}; }
  storage::result<std::uint64_t> size() override { return std::uint64_t{0}; }
  bool direct() const noexcept override { return direct_; }
  void forget_cached(std::uint64_t, std::uint64_t) noexcept override {}
  int native_handle() const noexcept override { return opened_.number(); }
  const std::string& path() const noexcept override { return path_; }
  storage::result<void> sync() override { return {}; }

private:
  storage::descriptor opened_;
  std::string path_;
  bool direct_;
};

/// Opens `path`, for example a device.
inline std::shared_ptr<storage::file> device(const char* path, int flags, bool direct = false) {
  storage::descriptor opened{::open(path, flags | O_CLOEXEC)};
  if (opened.number() < 0)
    throw std::runtime_error(std::string{"cannot open "} + path);
  return std::make_shared<handle_file>(std::move(opened), path, direct);
}

/// A pipe of one page. Reads from `out` hang until `put`; writes to `in` of a full pipe hang until `drain`.
class test_pipe {
public:
  test_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0 || ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(bytes)) < 0)
      throw std::runtime_error("no pipe");
    out = std::make_shared<handle_file>(storage::descriptor{ends[0]}, "out of a pipe");
    in = std::make_shared<handle_file>(storage::descriptor{ends[1]}, "into a pipe");
  }

  void put(const std::string& text) {
    [[maybe_unused]] const auto written = ::write(in->native_handle(), text.data(), text.size());
    assert(written == static_cast<ssize_t>(text.size()));
  }
  void fill() { put(std::string(bytes, 'x')); }
  void drain() {
    std::string text(bytes, '-');
    [[maybe_unused]] const auto got = ::read(out->native_handle(), text.data(), text.size());
    assert(got > 0);
  }

  static constexpr std::size_t bytes = 4096;
  std::shared_ptr<storage::file> out;
  std::shared_ptr<storage::file> in;
};

} // namespace hearth::testing
