#pragma once

#include "tests/bench/contender.hpp"

#include <string>

namespace hearth::bench {

/// Owns a file descriptor.
class descriptor {
public:
  descriptor() noexcept = default;
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

private:
  int number_ = -1;
};

/// Why O_DIRECT cannot be had in `directory`; empty: it can. Makes a file there, and removes it.
[[nodiscard]] std::string o_direct_refusal(const std::string& directory);

/// Writes or reads all of `bytes` at `offset`; goes on after short transfers and interruptions. A read that meets the
/// end of the file is an error. `path` is for messages. Errors: io, no_space.
[[nodiscard]] storage::result<void> write_all(int file, std::uint64_t offset, std::span<const std::byte> bytes,
                                              const std::string& path);
[[nodiscard]] storage::result<void> read_all(int file, std::uint64_t offset, std::span<std::byte> bytes,
                                             const std::string& path);

/// The limit of any store: a preallocated file with a slot a block, overwritten in a circle with O_DIRECT. No index, no
/// checksums, no records. How many I/Os are in flight, and how, is up to those who derive.
class raw_file : public contender {
public:
  contender_facts facts() const override { return {version(), true, true}; }
  std::string refuses(const stage& where) const override { return o_direct_refusal(where.directory); }
  storage::result<void> open(const stage& where) override;
  storage::result<void> sync() override;
  storage::result<void> close() override;
  std::vector<std::uint64_t> present() const override { return range_.numbers(); }

protected:
  [[nodiscard]] virtual std::string version() const = 0;
  [[nodiscard]] std::uint64_t offset_of(std::uint64_t number) const { return number % slots_ * stage_.block_bytes; }

  stage stage_;
  std::string path_;
  descriptor file_;
  std::uint64_t slots_ = 0;
  number_range range_;
};

} // namespace hearth::bench
