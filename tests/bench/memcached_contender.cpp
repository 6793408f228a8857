// Estimate: each byte crosses a socket (two copies) and a write buffer, then goes through the page cache: a third of
// the limit. It gives up items rather than make a writer wait, so this writer waits by itself while much is unwritten;
// what is lost all the same is counted, and taken off its rate.
#include "tests/bench/contenders.hpp"
#include "tests/bench/lanes.hpp"
#include "tests/bench/memcached_process.hpp"
#include "tests/bench/usage.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <map>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::result;

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t item_bytes_max = 8 * mib;
constexpr std::uint64_t slice_bytes = 4 * mib; ///< after which the writer looks how far memcached is
constexpr unsigned connections_max = 16;

class extstore final : public contender {
public:
  explicit extstore(std::string program) : program_(std::move(program)) {}

  contender_facts facts() const override { return {version_, false, false}; }

  std::string refuses(const stage& where) const override {
    if (where.block_bytes > item_bytes_max)
      return "items are bounded by a write buffer, here of 16 MiB: at most 8 MiB measured";
    return where.capacity_bytes >= 64 * mib ? std::string{} : "extstore needs 64 MiB and more";
  }

  result<void> open(const stage& where) override {
    stage_ = where;
    const auto socket = where.directory + "/socket";
    // Its directory: the socket, the file, and what it says.
    if (auto started = process_.start(arguments(socket), socket + ".log"); !started)
      return started;
    for (auto* connections : {&writers_, &readers_}) {
      connections->clear();
      connections->resize(connections_max);
      for (auto& connection : *connections)
        if (auto opened = connection.open(socket, [this] { return process_.runs(); }); !opened)
          return opened;
    }
    auto version = talk(writers_[0], "version\r\n");
    if (!version)
      return version.error();
    version_ = version->substr(version->rfind(' ') + 1);
    return {};
  }

  result<void> put(std::uint64_t first, std::uint64_t count, unsigned depth) override {
    const auto slice = std::max<std::uint64_t>(slice_bytes / stage_.block_bytes, 1);
    for (const auto end = first + count; first < end; first = next_) {
      const auto put_slice = [&](unsigned lane, std::size_t index) {
        return put_one(writers_[lane], first + index, stage_.blocks->stamped(lane, first + index));
      };
      if (auto put = on_lanes(std::min(depth, connections_max), std::min(slice, end - first), put_slice); !put)
        return put;
      next_ = std::min(first + slice, end);
      wait_for_writing();
    }
    return {};
  }

  result<void> get(std::span<const std::uint64_t> numbers, unsigned depth, const arrival& each) override {
    return on_lanes(std::min(depth, connections_max), numbers.size(),
                    [&](unsigned lane, std::size_t index) -> result<void> {
                      auto head = talk(readers_[lane], "mg " + std::to_string(numbers[index]) + " v\r\n");
                      if (!head)
                        return head.error();
                      if (*head == "EN")
                        return {};
                      const auto length = head->starts_with("VA ") ? std::strtoull(head->c_str() + 3, nullptr, 10) : 0;
                      if (length == 0 || length > stage_.block_bytes)
                        return {errc::io, "memcached mg: found \"" + *head + "\", expected VA or EN"};
                      const auto into = stage_.blocks->scratch(lane).first(length);
                      auto got = readers_[lane].value(into);
                      if (got.ok())
                        each(numbers[index], into);
                      return got;
                    });
  }

  /// It has no sync of its own, so its file is synced from here. What is still in its memory stays there.
  result<void> sync() override {
    const auto path = stage_.directory + "/extstore";
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open() || ::fdatasync(file.number()) != 0)
      return system_failure(path + ": fdatasync", errno);
    return {};
  }

  result<void> close() override {
    process_.stop();
    return {};
  }

  /// Neither what may still be in memory, nor what its pages may have given up already.
  std::vector<std::uint64_t> present() const override {
    const auto in_memory = std::min(2 * memory_mib() * mib, stage_.capacity_bytes / 4) / stage_.block_bytes + 1;
    const auto kept = stage_.capacity_bytes * 6 / 10 / stage_.block_bytes;
    number_range range;
    range.put_up_to(next_ > in_memory ? next_ - in_memory : 0, kept);
    return range.numbers();
  }

  /// What is in memory counts as well, but it does not grow.
  std::uint64_t lost_blocks() override { return next_ - std::min(next_, statistics()["extstore_objects_written"]); }

  pid_t child() const override { return process_.id(); }

private:
  /// Its own memory. What was put last is in there, and is never asked for.
  [[nodiscard]] std::uint64_t memory_mib() const {
    return std::clamp<std::uint64_t>(stage_.capacity_bytes / mib / 8, 32, 128);
  }

  [[nodiscard]] std::vector<std::string> arguments(const std::string& socket) const {
    const auto buffer_mib = stage_.block_bytes > 3 * mib ? 16 : 4;
    const auto page_mib = std::clamp<std::uint64_t>(stage_.capacity_bytes / mib / 16 / 16 * 16, 16, 64);
    const auto extra = "ext_page_size=" + std::to_string(page_mib) + ",ext_wbuf_size=" + std::to_string(buffer_mib) +
                       ",ext_threads=4,ext_drop_under=1,ext_compact_under=1,ext_max_sleep=1000,slab_automove_freeratio="
                       "0.25,ext_path=" +
                       stage_.directory + "/extstore:" + std::to_string(stage_.capacity_bytes / mib) + "M";
    return {program_,
            "-s",
            socket,
            "-m",
            std::to_string(memory_mib()),
            "-t",
            "4",
            "-u",
            "root",
            "-I",
            std::to_string(std::max<std::uint64_t>(stage_.block_bytes / mib * 2, 1)) + "m",
            "-o",
            extra};
  }

  std::map<std::string, std::uint64_t> statistics() {
    std::map<std::string, std::uint64_t> found;
    auto line = talk(writers_[0], "stats\r\n");
    for (; line.ok() && line->starts_with("STAT "); line = writers_[0].line())
      if (const auto name_end = line->find(' ', 5); name_end != line->npos)
        found[line->substr(5, name_end - 5)] = std::strtoull(line->c_str() + name_end, nullptr, 10);
    return found;
  }

  /// Until less than 60 % of its memory is unwritten. If its writing stands still above that, the difference is lost,
  /// or in memory that it does not miss: not waited for again.
  void wait_for_writing() {
    const auto unwritten_max = memory_mib() * mib * 6 / 10 / stage_.block_bytes + 1;
    std::uint64_t written = 0;
    for (double since = seconds_now(); seconds_now() - since < 0.02;) {
      const auto now = statistics()["extstore_objects_written"];
      if (next_ <= written_off_ + now + unwritten_max)
        return;
      if (now > written)
        since = seconds_now();
      written = now;
      std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    written_off_ = next_ - written - unwritten_max;
  }

  [[nodiscard]] static result<std::string> talk(memcached_connection& on, const std::string& text) {
    if (auto sent = on.send(text); !sent)
      return sent.error();
    return on.line();
  }

  /// "Out of memory" means that its writer is behind: wait, and try again.
  result<void> put_one(memcached_connection& on, std::uint64_t number, std::span<const std::byte> bytes) {
    for (int tries = 0; tries < 10'000; ++tries) {
      if (auto sent = on.send("ms " + std::to_string(number) + " " + std::to_string(bytes.size()) + "\r\n"); !sent)
        return sent;
      if (auto sent = on.send(bytes); !sent)
        return sent;
      auto answer = talk(on, "\r\n");
      if (!answer)
        return answer.error();
      if (*answer == "HD")
        return {};
      if (!answer->starts_with("SERVER_ERROR out of memory"))
        return {errc::io, "memcached ms: found \"" + *answer + "\", expected HD"};
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return {errc::timeout, "memcached ms: out of memory for 10 s"};
  }

  std::string program_;
  std::string version_;
  stage stage_;
  std::uint64_t next_ = 0;
  std::uint64_t written_off_ = 0; ///< blocks that are not waited for
  memcached_process process_;
  std::deque<memcached_connection> writers_; ///< by lane
  std::deque<memcached_connection> readers_;
};

} // namespace

void add_memcached(contender_list& list) {
  const auto program = find_program("memcached");
  if (program.empty())
    list.notes.push_back("memcached is missing: install memcached (1.6, with extstore)");
  else
    list.entries.push_back({.name = "memcached extstore", .make = [=] { return std::make_unique<extstore>(program); }});
}

} // namespace hearth::bench
