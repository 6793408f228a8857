#pragma once

#include "storage/errors.hpp"

#include <caf/error.hpp>

namespace hearth::actors {

/// A failure as it travels between actors, code and context.
[[nodiscard]] caf::error to_caf(const storage::failure& error);

/// What a requester makes of an error: ours as it was sent; CAF's own as `timeout` or `io`.
[[nodiscard]] storage::failure from_caf(const caf::error& error);

/// Whether the request was not answered because its receiver had died, or did meanwhile.
[[nodiscard]] bool receiver_gone(const caf::error& error);

} // namespace hearth::actors
