#pragma once

#include "storage/io/io_uring.hpp"
#include "tests/storage/io/io_engine_worlds.hpp"
#include "tests/support/catch.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>

namespace hearth::testing {

/// Creates an engine. Returns nothing, with a warning, if the kernel has no io_uring: then there is nothing to test.
inline std::shared_ptr<storage::io_engine> uring_or_nothing(const storage::io_uring_config& config = {}) {
  auto made = storage::make_io_uring(config);
  if (made)
    return std::move(made).value();
  WARN(storage::to_string(made.error()));
  CHECK(made.code() == storage::errc::unsupported);
  return nullptr;
}

/// One transfer of a text, with a way to wait for it.
class text_transfer {
public:
  text_transfer(storage::io_kind kind, std::shared_ptr<storage::file> target, std::uint64_t offset, std::string text)
      : kind_(kind), state_(std::make_shared<state>()) {
    state_->text = std::move(text);
    state_->transfer = {std::move(target), offset, {bytes_of(state_->text)}};
  }

  /// The job owns its data and may outlive this object.
  [[nodiscard]] storage::io_job job() const {
    return {kind_,
            state_->text.size(),
            {},
            [kept = state_](bool ran) { kept->told.set_value(ran); },
            std::shared_ptr<storage::io_transfer>{state_, &state_->transfer}};
  }

  /// Waits for the completion. Returns whether the job ran.
  bool ran() { return state_->told.get_future().get(); }
  [[nodiscard]] const storage::result<std::size_t>& moved() const { return state_->transfer.moved; }
  [[nodiscard]] const std::string& text() const { return state_->text; }

  /// Submits the job, waits for it and returns the transfer's result.
  const storage::result<std::size_t>& through(storage::io_engine& engine) {
    engine.submit(one(job()));
    CHECK(ran());
    return moved();
  }

private:
  struct state {
    std::string text;
    storage::io_transfer transfer;
    std::promise<bool> told;
  };
  storage::io_kind kind_;
  std::shared_ptr<state> state_;
};

} // namespace hearth::testing
