// Each byte of a get crosses a unix socket, two copies and 10 us of wake-ups: 2 to 4 GB/s at best for large blocks.
#include "tests/bench/caches/cache_peer.hpp"
#include "tests/bench/memcached_process.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace hearth::bench {

namespace {

using storage::block_key;
using storage::errc;
using storage::failure;
using storage::result;

constexpr std::uint64_t mib = 1 << 20;

class memcached_peer final : public cache_peer {
public:
  explicit memcached_peer(std::string program) : program_(std::move(program)) {}

  [[nodiscard]] std::string version() const override { return version_; }

  [[nodiscard]] std::string refuses(const peer_stage& where) const override {
    if (where.disk_bytes > 0)
      return "its disk tier bounds items by a write buffer: see hearth-bench-cold";
    return 4 * where.block_bytes > where.memory_bytes ? "items are at most half of its memory" : "";
  }

  result<void> open(const peer_stage& where) override {
    const auto socket = where.directory + "/socket";
    const std::vector<std::string> arguments{program_,
                                             "-s",
                                             socket,
                                             "-m",
                                             std::to_string(where.memory_bytes / mib),
                                             "-t",
                                             "4",
                                             "-I",
                                             std::to_string(std::max(2 * where.block_bytes / mib, std::uint64_t{1})) +
                                                 "m",
                                             "-u",
                                             "root"};
    if (auto started = process_.start(arguments, socket + ".log"); !started)
      return started;
    lanes_ = std::vector<lane>(where.threads);
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

  result<void> put(unsigned thread, storage::block item) override {
    auto& on = lanes_[thread];
    const auto bytes = item.payload.bytes();
    if (auto sent = on.connection.send("set " + to_hex(item.key) + " 0 0 " + std::to_string(bytes.size()) + "\r\n");
        !sent)
      return sent;
    if (auto sent = on.connection.send(bytes); !sent)
      return sent;
    const auto answer = on.ask("\r\n");
    if (!answer)
      return answer.error();
    return *answer == "STORED" ? result<void>{} : failure{errc::overloaded, "memcached set: " + *answer};
  }

  /// One request for the whole chain; what follows a missing block comes all the same, and is not counted.
  result<std::size_t> get(unsigned thread, std::span<const block_key> chain, const block_seen& seen) override {
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

  void close() override {
    lanes_.clear();
    process_.stop();
  }

  [[nodiscard]] pid_t child() const override { return process_.id(); }

private:
  struct lane {
    memcached_connection connection;
    std::vector<std::byte> value;

    result<std::string> ask(const std::string& text) {
      if (auto sent = connection.send(text); !sent)
        return sent.error();
      return connection.line();
    }
  };

  std::string program_;
  std::string version_ = "unknown";
  memcached_process process_;
  std::vector<lane> lanes_;
};

} // namespace

void add_memcached_peer(peer_list& list) {
  const auto program = find_program("memcached");
  if (program.empty())
    list.notes.emplace_back("memcached is missing: install memcached");
  else
    list.entries.push_back({"memcached", [program] { return std::make_unique<memcached_peer>(program); }});
}

} // namespace hearth::bench
