#pragma once

#include "actors/host/cache.hpp"
#include "tests/bench/peers/peer.hpp"

#include <optional>

namespace hearth::bench {

/// Measures hearth through its facade: blocking calls from the host's own threads.
class hearth_peer : public peer {
public:
  [[nodiscard]] std::string version() const override { return hearth_version(); }

  storage::result<void> open(const stage& where) override;
  storage::result<std::size_t> put(unsigned thread, chain_blocks chain) override;
  storage::result<std::size_t> get(unsigned thread, chain_keys chain, const block_seen& seen) override;
  storage::result<std::size_t> contains(unsigned thread, chain_keys chain) override;
  storage::result<void> settle() override;
  void close() override { cache_.reset(); }
  [[nodiscard]] std::uint64_t lost_blocks() override; ///< the write drops

protected:
  /// The cache options for the limits in `where`.
  [[nodiscard]] static cache_options options_for(const stage& where);

  std::optional<cache> cache_;
};

} // namespace hearth::bench
