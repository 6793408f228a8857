#pragma once

#include "storage/io/io_engine.hpp"

#include <functional>
#include <memory>

namespace hearth::storage {

/// A read or write that has ended.
struct measured_transfer {
  io_kind kind = io_kind::read; ///< read or write
  std::uint64_t ns = 0;         ///< from its submission to its end
  std::uint64_t bytes = 0;      ///< moved; 0 if it failed
};

/// An I/O engine that measures another: reports each read and write that the engine has carried out. Jobs that were
/// cancelled or stopped are not reported, nor are jobs of kind metadata. `report` runs where `complete` runs, before
/// it; it must not block or throw. Pre: `measured` and `clock` are set; `clock` may be called by any thread.
[[nodiscard]] std::shared_ptr<io_engine> make_measured_io(std::shared_ptr<io_engine> measured, clock_ns clock,
                                                          std::function<void(const measured_transfer&)> report);

} // namespace hearth::storage
