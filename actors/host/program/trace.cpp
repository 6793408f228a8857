#include "actors/host/program/trace.hpp"

#include "stats/json_reader.hpp"

#include <filesystem>
#include <fstream>
#include <algorithm>
#include <limits>
#include <string_view>

namespace hearth {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

constexpr std::uint64_t id_max = std::numeric_limits<std::int64_t>::max();

/// Reads lines of bounded length and counts them.
class line_reader {
public:
  line_reader(std::istream& input, std::string name, std::size_t line_bytes_max)
      : input_(input), name_(std::move(name)), line_(line_bytes_max + 2) {} // one byte more than allowed, and a '\0'

  enum class outcome { line, end, too_long, failed };

  outcome next(std::string_view& line) {
    if (!input_.good())
      return input_.bad() ? outcome::failed : outcome::end;
    ++number_;
    input_.getline(line_.data(), static_cast<std::streamsize>(line_.size()));
    const auto taken = static_cast<std::size_t>(input_.gcount());
    if (input_.bad())
      return outcome::failed;
    if (taken == 0)
      return outcome::end;
    line = {line_.data(), input_.eof() || input_.fail() ? taken : taken - 1}; // `taken` includes the newline
    if (line.size() > line_.size() - 2)
      return outcome::too_long;
    if (!line.empty() && line.back() == '\r')
      line.remove_suffix(1);
    return outcome::line;
  }

  [[nodiscard]] bool at_end() { return input_.peek() == std::istream::traits_type::eof(); }

  /// "FILE:LINE: <what>"
  [[nodiscard]] failure refuse(errc code, const std::string& what) const {
    return {code, name_ + ":" + std::to_string(number_) + ": " + what};
  }

private:
  std::istream& input_;
  std::string name_;
  std::vector<char> line_;
  std::size_t number_ = 0;
};

} // namespace

result<std::vector<request>> read_trace(std::istream& input, const std::string& name, const trace_limits& limits) {
  using outcome = line_reader::outcome;
  line_reader lines{input, name, limits.line_bytes_max};
  std::vector<request> requests;
  std::size_t references = 0;
  std::string_view line;
  outcome got;
  while ((got = lines.next(line)) == outcome::line) {
    if (line.empty() && lines.at_end())
      break;
    if (line.empty())
      return lines.refuse(errc::invalid_argument, "expected a JSON object with hash_ids, found an empty line");
    stats::json_reader json{line};
    request read;
    json.integers("hash_ids", id_max, read.block_ids);
    if (!json.ok())
      return lines.refuse(errc::invalid_argument, json.error());
    references += std::max<std::size_t>(read.block_ids.size(), 1); // a request without blocks takes memory, too
    if (references > limits.references_max)
      return lines.refuse(errc::too_large, "hash_ids: found more than " + std::to_string(limits.references_max) +
                                               " block references in the trace: split the file");
    requests.push_back(std::move(read));
  }
  if (got == outcome::too_long)
    return lines.refuse(errc::too_large,
                        "the line is too long: expected at most " + std::to_string(limits.line_bytes_max) + " bytes");
  if (got == outcome::failed)
    return lines.refuse(errc::io, "the file cannot be read");
  if (requests.empty())
    return failure{errc::invalid_argument, name + ": the trace has no requests: expected one JSON object a line"};
  return requests;
}

result<std::vector<request>> read_trace(const std::string& path, const trace_limits& limits) {
  std::error_code unknown;
  const auto status = std::filesystem::status(path, unknown);
  if (status.type() == std::filesystem::file_type::not_found)
    return failure{errc::not_found, path + ": no such trace file"};
  if (std::filesystem::is_directory(status))
    return failure{errc::invalid_argument, path + ": found a directory, expected a trace file"};
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return failure{errc::io, path + ": the trace file cannot be opened for reading"};
  return read_trace(file, path, limits);
}

} // namespace hearth
