// Linked into hearth_stress_pooled in place of the function of the same name in storage/: there buffers come from the
// pool in a build with sanitizers, too. They see what the pool does then, and less of what is done with freed memory.
#include "storage/memory/buffer_pool.hpp"

bool hearth::storage::buffers_are_pooled() noexcept { return true; }
