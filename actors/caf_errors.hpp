#pragma once

#include "storage/errors.hpp"

#include <caf/error.hpp>

namespace hearth::actors {

/// Converts a failure to a CAF error, with code and context.
[[nodiscard]] caf::error to_caf(const storage::failure& error);

/// Converts the error of a request to a failure: hearth's errors unchanged, CAF's own errors as `timeout` or `io`.
[[nodiscard]] storage::failure from_caf(const caf::error& error);

/// Whether the request got no reply because its receiver was dead or died before it replied.
[[nodiscard]] bool receiver_gone(const caf::error& error);

} // namespace hearth::actors
