#include "tests/bench/report.hpp"

#include "stats/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

namespace hearth::bench {

namespace {

constexpr double chart_width = 300;
constexpr double chart_height = 190;
constexpr double left = 52;
constexpr double below = 34;
constexpr double above = 30;
/// Colours by Okabe and Ito, safe for colour-blind readers; limits are grey.
constexpr std::array<const char*, 6> colours{"#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};

struct point {
  double x;
  double y;
};
struct chart {
  std::string title;
  std::vector<std::pair<double, std::string>> ticks; ///< of the x axis
  std::map<std::string, std::vector<point>> lines;   ///< by peer
};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", value);
  return text;
}

std::string label(double x, double y, const std::string& text, const char* anchor) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" + text + "</text>\n";
}

const char* colour_of(const std::string& peer, const std::vector<std::string>& peers) {
  if (peer.starts_with("limit"))
    return "#999999";
  const auto at = static_cast<std::size_t>(std::find(peers.begin(), peers.end(), peer) - peers.begin());
  return colours[at % colours.size()];
}

/// Both axes are logarithmic, because sizes, threads, throughputs and latencies span orders of magnitude.
std::string drawn(const chart& of, const std::vector<std::string>& peers, double x0, double y0) {
  double lowest = 1e300;
  double highest = 0;
  for (const auto& [peer, line] : of.lines)
    for (const auto& at : line) {
      lowest = std::min(lowest, at.y);
      highest = std::max(highest, at.y);
    }
  std::string svg = label(x0 + left, y0 + 16, of.title, "start");
  if (highest <= 0 || of.ticks.empty())
    return svg;
  const auto bottom = std::floor(std::log10(lowest));
  const auto top = std::max(std::ceil(std::log10(highest)), bottom + 1);
  const auto first = std::log(of.ticks.front().first);
  const auto span = std::max(std::log(of.ticks.back().first) - first, 1e-9);
  const auto across = [&](double x) { return x0 + left + (std::log(x) - first) / span * (chart_width - left - 20); };
  const auto up = [&](double y) {
    return y0 + chart_height - below - (std::log10(y) - bottom) / (top - bottom) * (chart_height - below - above);
  };
  for (auto decade = bottom; decade <= top; ++decade) {
    const auto y = up(std::pow(10, decade));
    svg += "<line x1=\"" + number(x0 + left) + "\" x2=\"" + number(x0 + chart_width - 20) + "\" y1=\"" + number(y) +
           "\" y2=\"" + number(y) + "\" stroke=\"#dddddd\"/>\n";
    char power[16];
    std::snprintf(power, sizeof(power), "%g", std::pow(10, decade));
    svg += label(x0 + left - 6, y + 4, power, "end");
  }
  for (const auto& [x, text] : of.ticks)
    svg += label(across(x), y0 + chart_height - below + 16, text, "middle");
  for (const auto& [peer, line] : of.lines) {
    std::string path;
    for (const auto& at : line)
      path += number(across(at.x)) + "," + number(up(at.y)) + " ";
    const std::string colour = colour_of(peer, peers);
    svg += "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + colour + "\" points=\"" + path + "\"/>\n";
    for (const auto& at : line)
      svg += "<circle r=\"2.5\" fill=\"" + colour + "\" cx=\"" + number(across(at.x)) + "\" cy=\"" + number(up(at.y)) +
             "\"/>\n";
  }
  return svg;
}

enum class axis : std::uint8_t { size, threads };

/// By size at the fewest threads, or by threads at the middle size.
chart chart_of(const bench_outcome& run, const bench_settings& settings, workload what, axis along,
               const std::string& figure, const std::string& unit) {
  chart made;
  const auto middle = settings.sizes[settings.sizes.size() / 2];
  made.title = std::string{to_string(what)} + ": " + unit +
               (along == axis::size ? ", " + std::to_string(settings.threads.front()) + " thread(s), by block size"
                                    : ", " + stats::format_bytes(middle) + ", by threads");
  const auto add = [&](double x, const std::string& text, const std::vector<const cell*>& cells) {
    made.ticks.emplace_back(x, text);
    for (const auto* one : cells)
      if (const auto y = one->median(figure); y && *y > 0)
        made.lines[one->peer].push_back({x, *y});
  };
  if (along == axis::size)
    for (const auto size : settings.sizes)
      add(static_cast<double>(size), stats::format_bytes(size), run.row(what, size, settings.threads.front()));
  else
    for (const auto threads : settings.threads)
      add(threads, std::to_string(threads), run.row(what, middle, threads));
  return made;
}

} // namespace

std::string to_svg(const bench_outcome& run, const bench_settings& settings) {
  std::vector<std::string> peers;
  for (const auto& one : run.cells)
    if (!one.peer.starts_with("limit") && std::find(peers.begin(), peers.end(), one.peer) == peers.end())
      peers.push_back(one.peer);
  const auto width = 4 * chart_width;
  const auto height = static_cast<double>(settings.what.size()) * chart_height + 30;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" +
                    number(height) + "\" font-family=\"sans-serif\" font-size=\"11\">\n" +
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  double x = 20;
  for (const auto& peer : peers) {
    svg += "<rect x=\"" + number(x) + "\" y=\"8\" width=\"12\" height=\"12\" fill=\"" + colour_of(peer, peers) +
           "\"/>\n" + label(x + 17, 18, peer, "start");
    x += 110;
  }
  svg += "<rect x=\"" + number(x) + "\" y=\"8\" width=\"12\" height=\"12\" fill=\"#999999\"/>\n" +
         label(x + 17, 18, "limit", "start");
  double y = 30;
  for (const auto what : settings.what) {
    x = 0;
    for (const auto& [figure, unit] : {std::pair{"gb_per_s", "GB/s"}, std::pair{"p99_us", "p99 us"}})
      for (const auto along : {axis::size, axis::threads}) {
        svg += drawn(chart_of(run, settings, what, along, figure, unit), peers, x, y);
        x += chart_width;
      }
    y += chart_height;
  }
  return svg + "</svg>\n";
}

} // namespace hearth::bench
