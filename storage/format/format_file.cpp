#include "storage/format/format_file.hpp"

#include "storage/format/whole_file.hpp"
#include "storage/hex.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

namespace hearth::storage {

namespace {

constexpr std::string_view title = "hearth cold tier\n";
constexpr const char* format_name = "hearth.format";
constexpr std::string_view files_engine_name = "files"; ///< reserved for ever: no other engine gets this name

std::string text_of(const store_format& format) {
  auto text = std::string{title} + "engine " + format.engine + "\nversion " + std::to_string(format.version) + "\n";
  if (format.store != 0)
    text += "store " + to_hex(format.store) + "\n";
  return text;
}

/// The value after `name` on the first line of `rest`, which then moves to the next line; empty if the line has another
/// name.
std::string_view take_line(std::string_view& rest, std::string_view name) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos || !rest.starts_with(name))
    return {};
  const auto value = rest.substr(name.size(), end - name.size());
  rest.remove_prefix(end + 1);
  return value;
}

template <class Number>
bool read_number(std::string_view text, Number& number, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Accepts only the exact text that `text_of` writes.
std::optional<store_format> parse(const std::string& text) {
  if (!text.starts_with(title))
    return std::nullopt;
  std::string_view rest{text};
  rest.remove_prefix(title.size());
  store_format format;
  format.engine = take_line(rest, "engine ");
  if (!read_number(take_line(rest, "version "), format.version, 10))
    return std::nullopt;
  if (!rest.empty() && !read_number(take_line(rest, "store "), format.store, 16))
    return std::nullopt;
  return text_of(format) == text ? std::optional{format} : std::nullopt;
}

/// One line about a format file for a message: engine and version, or the first line of a foreign file.
std::string described(std::string text) {
  if (text.starts_with(title)) {
    text.erase(0, title.size());
    if (const auto end = text.find('\n'); end != text.npos)
      text.replace(end, 1, ", ");
  }
  text.erase(std::min(text.find('\n'), text.size()));
  std::replace_if(
      text.begin(), text.end(), [](char letter) { return letter < 0x20 || letter > 0x7e; }, '?');
  return text;
}

/// The first bytes of a file as text: enough to recognise a format, however long the file is.
result<std::string> read_text(file_system& files, const std::string& path) {
  auto opened = files.open(path, open_mode::read);
  if (!opened)
    return opened.error();
  std::string text(256, '\0');
  const auto got = (*opened)->read(0, std::as_writable_bytes(std::span{text}));
  if (!got)
    return got.error();
  text.resize(*got);
  return text;
}

/// The text of the file; nothing if it does not exist.
result<std::optional<std::string>> text_in(file_system& files, const std::string& path) {
  auto text = read_text(files, path);
  if (text.code() == errc::not_found)
    return std::optional<std::string>{};
  if (text.code() == errc::invalid_argument)
    return failure{errc::unsupported, text.error().context};
  if (!text)
    return text.error();
  return std::optional{std::move(*text)};
}

} // namespace

result<std::optional<store_format>> read_format(file_system& files, const std::string& directory) {
  const auto path = directory + "/" + format_name;
  const auto text = text_in(files, path);
  if (!text)
    return text.error();
  if (!text->has_value())
    return std::optional<store_format>{};
  auto format = parse(**text);
  if (!format)
    return failure{errc::unsupported, path + ": expected the name of an engine, found \"" + described(**text) +
                                          "\"; no hearth wrote this, or it is damaged"};
  return format;
}

result<std::optional<store_format>> check_format(file_system& files, const std::string& directory,
                                                 const std::string& engine, std::uint32_t version) {
  const auto path = directory + "/" + format_name;
  const auto text = text_in(files, path);
  if (!text)
    return text.error();
  if (!text->has_value())
    return std::optional<store_format>{};
  auto format = parse(**text);
  if (format && format->engine == files_engine_name)
    return failure{errc::unsupported, directory + ": found a cold tier that the files engine of hearth 0.1 wrote (" +
                                          path + " says \"" + described(**text) +
                                          "\"), expected one of segments: this version of hearth reads no other; "
                                          "move the content of the directory away, or name an empty directory"};
  if (!format || format->engine != engine || format->version != version)
    return failure{errc::unsupported, path + ": expected engine " + engine + ", version " + std::to_string(version) +
                                          ", found \"" + described(**text) +
                                          "\"; use the hearth that wrote it, or choose another directory"};
  return format;
}

result<void> write_format(file_system& files, const std::string& directory, const store_format& format) {
  const auto text = text_of(format);
  return replace_file(files, directory + "/" + format_name, std::as_bytes(std::span{text}));
}

void remove_format(file_system& files, const std::string& directory) {
  static_cast<void>(files.remove(directory + "/" + format_name));
}

bool is_common_name(const std::string& name) {
  return name == "hearth.lock" || name == format_name || name == std::string{format_name} + ".writing" ||
         name == damaged_folder_name;
}

} // namespace hearth::storage
