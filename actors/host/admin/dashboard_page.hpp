#pragma once

#include <string_view>

namespace hearth {

/// The dashboard: dashboard.html, which the build embeds (embed.py).
extern const std::string_view dashboard_page;

} // namespace hearth
