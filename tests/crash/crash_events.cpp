#include "tests/crash/crash_events.hpp"

#include <climits>
#include <type_traits>

#include <unistd.h>

namespace hearth::crash {

static_assert(std::is_trivially_copyable_v<event> && sizeof(event) <= PIPE_BUF);

void event_sender::send(const event& item) const noexcept {
  if (::write(descriptor_, &item, sizeof(item)) != static_cast<ssize_t>(sizeof(item)))
    ::_exit(3);
}

} // namespace hearth::crash
