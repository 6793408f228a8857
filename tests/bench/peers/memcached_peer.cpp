// Estimate: each byte of a get crosses a unix socket with two copies and 10 us of wake-ups: 2 to 4 GB/s at best for
// large blocks. With a disk (extstore) it also goes through a write buffer and the page cache: a third of the limit.
// extstore drops items rather than delay a writer. So this writer itself waits while many bytes are unwritten; blocks
// lost anyway are counted.
#include "storage/hex.hpp"
#include "tests/bench/peers/peer.hpp"
#include "tests/bench/peers/server.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::failure;
using storage::result;

constexpr std::uint64_t mib = 1 << 20;

class memcached_peer final : public peer {
public:
  explicit memcached_peer(std::string program) : program_(std::move(program)) {}

  [[nodiscard]] std::string version() const override { return version_; }

  [[nodiscard]] std::string refuses(const stage& where) const override {
    if (where.disk_bytes > 0 && where.disk_bytes < 64 * mib)
      return "extstore needs 64 MiB and more";
    if (where.disk_bytes > 0)
      return where.block_bytes > 8 * mib ? "extstore bounds items by a write buffer, here of 16 MiB" : "";
    return 4 * where.block_bytes > where.memory_bytes ? "items are at most half of its memory" : "";
  }

  result<void> open(const stage& where) override {
    stage_ = where;
    const auto socket = where.directory + "/socket";
    if (auto started = process_.start(arguments(socket), socket + ".log"); !started)
      return started;
    lanes_ = std::vector<lane>(where.threads + 1); // the last lane is for statistics
    for (auto& one : lanes_) {
      one.value.resize(where.block_bytes);
      if (auto opened = one.connection.open(socket, [this] { return process_.runs(); }); !opened)
        return opened;
    }
    auto said = lanes_.front().ask("version\r\n");
    if (!said)
      return said.error();
    version_ = said->substr(said->rfind(' ') + 1);
    return {};
  }

  result<std::size_t> put(unsigned thread, chain_blocks chain) override {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const auto stored = put_one(lanes_[thread], chain[i]);
      if (!stored)
        return stored.error();
      if (!*stored)
        return i;
      if (stage_.disk_bytes > 0 && (++stored_ * stage_.block_bytes) % (4 * mib) < stage_.block_bytes)
        wait_for_writing(memory_mib() * mib * 6 / 10);
    }
    return chain.size();
  }

  /// One request for the whole chain. Blocks behind a missing one are received, too, but not counted.
  result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) override {
    auto& on = lanes_[thread];
    std::string request = "get";
    for (const auto& key : chain)
      request += ' ' + to_hex(key);
    auto line = on.ask(request + "\r\n");
    std::size_t usable = 0;
    bool whole = true;
    for (std::size_t i = 0; line.ok() && line->starts_with("VALUE "); line = on.connection.line()) {
      const auto fields = std::string_view{*line}.substr(6);
      while (i < chain.size() && fields.substr(0, 64) != to_hex(chain[i]))
        whole = false, ++i;
      std::size_t length = 0;
      std::from_chars(fields.data() + fields.rfind(' ') + 1, fields.data() + fields.size(), length);
      if (length > on.value.size())
        return failure{errc::io, "memcached get: found a value of " + std::to_string(length) + " bytes"};
      const auto into = std::span{on.value}.first(length);
      if (auto got = on.connection.value(into); !got)
        return got.error();
      if (whole)
        seen(usable++, into);
      ++i;
    }
    if (!line)
      return line.error();
    if (*line != "END")
      return failure{errc::io, "memcached get: found \"" + *line + "\", expected VALUE or END"};
    return usable;
  }

  /// memcached has no sync, so its file is synced from here. Data in its memory is not synced.
  result<void> settle() override {
    if (stage_.disk_bytes == 0)
      return {};
    const auto path = stage_.directory + "/extstore";
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open() || ::fdatasync(file.number()) != 0)
      return system_failure(path + ": fdatasync", errno);
    return {};
  }

  void close() override {
    lanes_.clear();
    process_.stop();
  }

  [[nodiscard]] bool reopens() const override { return false; }
  [[nodiscard]] pid_t child() const override { return process_.id(); }

  /// Blocks in its memory count as lost, too; their number does not grow.
  [[nodiscard]] std::uint64_t lost_blocks() override {
    return stage_.disk_bytes == 0 ? 0 : stored_ - std::min(stored_.load(), written_blocks());
  }

private:
  struct lane {
    unix_connection connection;
    std::vector<std::byte> value;

    result<std::string> ask(const std::string& text) {
      if (auto sent = connection.send(text); !sent)
        return sent.error();
      return connection.line();
    }
  };

  [[nodiscard]] std::uint64_t memory_mib() const {
    return stage_.disk_bytes == 0 ? stage_.memory_bytes / mib
                                  : std::clamp<std::uint64_t>(stage_.disk_bytes / mib / 8, 32, 128);
  }

  [[nodiscard]] std::vector<std::string> arguments(const std::string& socket) const {
    const auto item_mib = std::max<std::uint64_t>(2 * stage_.block_bytes / mib, 1);
    std::vector<std::string> given{
        program_, "-s",  socket, "-m", std::to_string(memory_mib()), "-t", "4", "-I", std::to_string(item_mib) + "m",
        "-u",     "root"};
    if (stage_.disk_bytes == 0)
      return given;
    const auto buffer_mib = stage_.block_bytes > 3 * mib ? 16 : 4;
    const auto page_mib = std::clamp<std::uint64_t>(stage_.disk_bytes / mib / 16 / 16 * 16, 16, 64);
    given.insert(given.end(),
                 {"-o", "ext_page_size=" + std::to_string(page_mib) + ",ext_wbuf_size=" + std::to_string(buffer_mib) +
                            ",ext_threads=4,ext_drop_under=1,ext_compact_under=1,ext_max_sleep=1000," +
                            "slab_automove_freeratio=0.25,ext_path=" + stage_.directory +
                            "/extstore:" + std::to_string(stage_.disk_bytes / mib) + "M"});
    return given;
  }

  /// "Out of memory" from extstore means that its writer is behind: waits, then retries.
  result<bool> put_one(lane& on, const storage::block& item) {
    for (int tries = 0; tries < 10'000; ++tries) {
      const auto bytes = item.payload.bytes();
      if (auto sent = on.connection.send("set " + to_hex(item.key) + " 0 0 " + std::to_string(bytes.size()) + "\r\n");
          !sent)
        return sent.error();
      if (auto sent = on.connection.send(bytes); !sent)
        return sent.error();
      const auto answer = on.ask("\r\n");
      if (!answer)
        return answer.error();
      if (*answer == "STORED" || stage_.disk_bytes == 0)
        return *answer == "STORED";
      if (!answer->starts_with("SERVER_ERROR out of memory"))
        return failure{errc::io, "memcached set: found \"" + *answer + "\", expected STORED"};
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return failure{errc::timeout, "memcached set: out of memory for 10 s"};
  }

  std::uint64_t written_blocks() {
    std::lock_guard guard{statistics_mutex_};
    auto& on = lanes_.back();
    std::uint64_t written = 0;
    constexpr std::string_view wanted = "STAT extstore_objects_written ";
    for (auto line = on.ask("stats\r\n"); line.ok() && line->starts_with("STAT "); line = on.connection.line())
      if (line->starts_with(wanted))
        std::from_chars(line->data() + wanted.size(), line->data() + line->size(), written);
    return written;
  }

  /// Waits until less than `bytes` are unwritten. If writing stops above that, the difference is lost, or stays in its
  /// memory: later calls do not wait for it again.
  void wait_for_writing(std::uint64_t bytes) {
    const auto unwritten_max = bytes / stage_.block_bytes + 1;
    std::uint64_t written = 0;
    for (double since = seconds_now(); seconds_now() - since < 0.02;) {
      const auto now = written_blocks();
      if (stored_ <= written_off_ + now + unwritten_max)
        return;
      if (now > written)
        since = seconds_now();
      written = now;
      std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    written_off_ = stored_ - written - unwritten_max;
  }

  std::string program_;
  std::string version_ = "unknown";
  stage stage_;
  server_process process_;
  std::vector<lane> lanes_;
  std::mutex statistics_mutex_;
  std::atomic<std::uint64_t> stored_{0};
  std::atomic<std::uint64_t> written_off_{0}; ///< blocks no longer waited for
};

} // namespace

void add_memcached(peer_list& list) {
  const auto program = find_program("memcached");
  if (program.empty())
    list.notes.emplace_back("memcached is missing: install memcached (1.6, with extstore)");
  else
    list.entries.push_back({"memcached", [program] { return std::make_unique<memcached_peer>(program); }});
}

} // namespace hearth::bench
