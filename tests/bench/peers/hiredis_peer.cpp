// Estimate: as memcached: a unix socket, two copies, wake-ups; one server thread does all the work.
#include "tests/bench/peers/peer.hpp"
#include "tests/bench/peers/server.hpp"

#include <hiredis/hiredis.h>

#include <chrono>
#include <thread>
#include <utility>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::failure;
using storage::result;

constexpr auto start_patience = std::chrono::seconds{10};

using connection = std::unique_ptr<redisContext, decltype(&redisFree)>;
using reply = std::unique_ptr<redisReply, void (*)(redisReply*)>;

reply owned(void* answer) {
  return {static_cast<redisReply*>(answer), [](redisReply* given) { freeReplyObject(given); }};
}

class redis_peer final : public peer {
public:
  explicit redis_peer(std::string program) : program_(std::move(program)) {}

  [[nodiscard]] std::string version() const override { return version_; }

  [[nodiscard]] std::string refuses(const stage& where) const override {
    return where.disk_bytes > 0 ? "it keeps everything in memory" : "";
  }

  result<void> open(const stage& where) override {
    const auto socket = where.directory + "/socket";
    const std::vector<std::string> arguments{program_,
                                             "--port",
                                             "0",
                                             "--unixsocket",
                                             socket,
                                             "--save",
                                             "",
                                             "--appendonly",
                                             "no",
                                             "--maxmemory",
                                             std::to_string(where.memory_bytes),
                                             "--maxmemory-policy",
                                             "allkeys-lru",
                                             "--dir",
                                             where.directory};
    if (auto started = process_.start(arguments, socket + ".log"); !started)
      return started;
    const auto give_up = std::chrono::steady_clock::now() + start_patience;
    while (connections_.size() < where.threads) {
      connection one{redisConnectUnix(socket.c_str()), &redisFree};
      if (one && one->err == 0)
        connections_.push_back(std::move(one));
      else if (!process_.runs() || std::chrono::steady_clock::now() > give_up)
        return failure{errc::io, "redis-server does not answer at its socket"};
      else
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    const auto info = owned(redisCommand(connections_.front().get(), "INFO server"));
    const std::string text = info && info->type == REDIS_REPLY_STRING ? std::string{info->str, info->len} : "";
    if (const auto at = text.find("redis_version:"); at != std::string::npos)
      version_ = text.substr(at + 14, text.find('\r', at) - at - 14);
    return {};
  }

  result<std::size_t> put(unsigned thread, chain_blocks chain) override {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const auto& key = chain[i].key.bytes;
      const auto bytes = chain[i].payload.bytes();
      const auto answer = owned(
          redisCommand(connections_[thread].get(), "SET %b %b", key.data(), key.size(), bytes.data(), bytes.size()));
      if (auto kept = check(thread, answer, REDIS_REPLY_STATUS); !kept)
        return kept.code() == errc::overloaded ? result<std::size_t>{i} : kept.error();
    }
    return chain.size();
  }

  /// Sends all requests of a chain before it reads the first reply.
  result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) override {
    auto* on = connections_[thread].get();
    for (const auto& key : chain)
      if (redisAppendCommand(on, "GET %b", key.bytes.data(), key.bytes.size()) != REDIS_OK)
        return failure{errc::io, "redis GET: " + std::string{on->errstr}};
    std::size_t usable = 0;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      void* given = nullptr;
      if (redisGetReply(on, &given) != REDIS_OK)
        return failure{errc::io, "redis GET: " + std::string{on->errstr}};
      const auto answer = owned(given);
      if (answer->type != REDIS_REPLY_NIL)
        if (auto good = check(thread, answer, REDIS_REPLY_STRING); !good)
          return good.error();
      if (answer->type == REDIS_REPLY_STRING && usable == i)
        seen(usable++, std::as_bytes(std::span{answer->str, answer->len}));
    }
    return usable;
  }

  void close() override {
    connections_.clear();
    process_.stop();
  }

  [[nodiscard]] pid_t child() const override { return process_.id(); }

private:
  result<void> check(unsigned thread, const reply& answer, int expected) const {
    if (!answer)
      return {errc::io, "redis: " + std::string{connections_[thread]->errstr}};
    if (answer->type == REDIS_REPLY_ERROR)
      return {errc::overloaded, "redis: " + std::string{answer->str, answer->len}};
    return answer->type == expected ? result<void>{} : failure{errc::io, "redis: an answer of an unexpected kind"};
  }

  std::string program_;
  std::string version_ = "unknown";
  server_process process_;
  std::vector<connection> connections_;
};

} // namespace

void add_hiredis(peer_list& list) {
  const auto program = find_program("redis-server");
  if (program.empty())
    list.notes.emplace_back("Redis is missing: install redis-server");
  else
    list.entries.push_back({"Redis", [program] { return std::make_unique<redis_peer>(program); }});
}

} // namespace hearth::bench
