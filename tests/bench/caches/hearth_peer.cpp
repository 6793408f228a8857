#include "actors/host/cache.hpp"
#include "tests/bench/caches/cache_peer.hpp"

#include <optional>
#include <utility>

namespace hearth::bench {

namespace {

class hearth_peer final : public cache_peer {
public:
  [[nodiscard]] std::string version() const override { return hearth_version(); }

  storage::result<void> open(const peer_stage& where) override {
    cache_options options;
    options.hot_bytes_max = where.memory_bytes;
    options.lease_bytes_max = where.memory_bytes; // a whole chain in one go
    if (where.disk_bytes > 0) {
      options.directory = where.directory;
      options.cold_bytes_max = where.disk_bytes;
    }
    auto opened = cache::open(std::move(options));
    if (!opened)
      return opened.error();
    cache_.emplace(std::move(*opened));
    return {};
  }

  storage::result<void> put(unsigned, storage::block item) override {
    const auto put = cache_->put(item.key, std::move(item.payload), {.parent = item.parent});
    return put ? storage::result<void>{} : put.error();
  }

  storage::result<std::size_t> get(unsigned, std::span<const block_key> chain, const block_seen& seen) override {
    if (chain.size() == 1) {
      const auto found = cache_->get(chain.front());
      if (!found)
        return found.code() == errc::not_found ? storage::result<std::size_t>{0} : found.error();
      seen(0, found->bytes());
      return 1;
    }
    const auto found = cache_->get_prefix(chain);
    if (!found)
      return found.error();
    for (std::size_t i = 0; i < found->blocks.size(); ++i)
      seen(i, found->blocks[i].bytes());
    return found->blocks.size();
  }

  storage::result<void> settle() override {
    const auto flushed = cache_->flush(std::chrono::minutes{5});
    return flushed ? storage::result<void>{} : flushed.error();
  }

  void close() override { cache_.reset(); }

private:
  std::optional<cache> cache_;
};

} // namespace

std::unique_ptr<cache_peer> make_hearth_peer() { return std::make_unique<hearth_peer>(); }

} // namespace hearth::bench
