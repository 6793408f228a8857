// Linked into hearth_stress_pooled in place of the function of the same name in storage/: buffers come from the pool in
// a build with sanitizers, too. The sanitizers then check the pool itself, but detect less use of freed memory.
#include "storage/memory/buffer_pool.hpp"

bool hearth::storage::buffers_are_pooled() noexcept { return true; }
