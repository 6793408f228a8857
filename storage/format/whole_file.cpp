#include "storage/format/whole_file.hpp"

#include <array>
#include <new>

namespace hearth::storage {

result<void> replace_file(file_system& files, const std::string& path, std::span<const std::byte> bytes) {
  const auto unfinished = path + ".writing";
  if (auto removed = files.remove(unfinished); !removed && removed.code() != errc::not_found)
    return removed;
  const auto write = [&]() -> result<void> {
    auto made = files.open(unfinished, open_mode::create);
    if (!made)
      return made.error();
    const std::array parts{bytes};
    if (auto written = (*made)->write(0, parts); !written)
      return written;
    return (*made)->sync();
  };
  auto done = write();
  if (done)
    done = files.rename(unfinished, path);
  if (!done)
    static_cast<void>(files.remove(unfinished));
  return done;
}

result<std::vector<std::byte>> read_whole_file(file_system& files, const std::string& path, std::uint64_t bytes_max) {
  auto opened = files.open(path, open_mode::read);
  if (!opened)
    return opened.error();
  const auto length = (*opened)->size();
  if (!length)
    return length.error();
  if (*length > bytes_max)
    return failure{errc::invalid_argument, path + ": found " + std::to_string(*length) + " bytes, expected at most " +
                                               std::to_string(bytes_max)};
  std::vector<std::byte> bytes;
  try { // the exception of the standard library ends here: the length comes from a directory
    bytes.resize(static_cast<std::size_t>(*length));
  } catch (const std::bad_alloc&) {
    return failure{errc::no_memory, path + ": " + std::to_string(*length) + " bytes could not be allocated"};
  }
  const auto got = (*opened)->read(0, bytes);
  if (!got)
    return got.error();
  bytes.resize(*got);
  return bytes;
}

} // namespace hearth::storage
