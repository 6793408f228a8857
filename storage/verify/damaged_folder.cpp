#include "storage/verify/damaged_folder.hpp"

#include "storage/format/format_file.hpp"
#include "storage/format/page.hpp"
#include "storage/memory/buffer.hpp"

#include <algorithm>
#include <array>

namespace hearth::storage {

namespace {

constexpr std::uint64_t piece_bytes = 4ull << 20;

/// Reads up to the end of the file. A page that the disk cannot read becomes zeroes, and is counted.
result<std::size_t> read_piece(file& from, std::uint64_t offset, std::span<std::byte> into, std::uint64_t& unreadable) {
  auto whole = from.read(offset, into);
  if (whole.code() != errc::io)
    return whole;
  std::size_t done = 0;
  while (done < into.size()) {
    const auto page = into.subspan(done, std::min(page_size, into.size() - done));
    const auto got = from.read(offset + done, page);
    if (got && *got < page.size())
      return done + *got;
    if (!got) {
      std::fill(page.begin(), page.end(), std::byte{0});
      unreadable += page.size();
    }
    done += page.size();
  }
  return done;
}

} // namespace

std::string damaged_folder::path(const std::string& name) const {
  return directory_ + "/" + damaged_folder_name + "/" + name;
}

result<void> damaged_folder::open() {
  const auto folder = directory_ + "/" + damaged_folder_name;
  if (auto made = files_.create_directory(folder); !made)
    return made;
  const auto entries = files_.list(folder);
  if (!entries)
    return entries.error();
  for (const auto& entry : *entries)
    names_.insert(entry.name);
  return {};
}

/// `stem`, or `stem` with a number behind it if an earlier repair has used it.
std::string damaged_folder::free_stem(const std::string& stem, const std::string& suffix) {
  auto free = stem;
  for (std::uint64_t again = 2; names_.contains(free + suffix) || names_.contains(free + ".txt"); ++again)
    free = stem + "-" + std::to_string(again);
  names_.insert(free + suffix);
  names_.insert(free + ".txt");
  return free;
}

result<std::string> damaged_folder::keep_copy(const finding& what, const std::string& stem, const std::string& suffix) {
  const auto free = free_stem(stem, suffix);
  const auto unreadable = copy(what, path(free + suffix));
  auto done = unreadable ? write_reason(what, free, *unreadable) : result<void>{unreadable.error()};
  if (!done) {
    static_cast<void>(files_.remove(path(free + suffix)));
    return done.error();
  }
  return damaged_folder_name + ("/" + free + suffix);
}

result<void> damaged_folder::sync() {
  if (auto synced = files_.sync_names(directory_ + "/" + damaged_folder_name); !synced)
    return synced;
  return files_.sync_names(directory_);
}

/// Returns the number of unreadable bytes. Reads through the page cache: if the disk cannot read one page, another may
/// still be readable.
result<std::uint64_t> damaged_folder::copy(const finding& what, const std::string& to) {
  auto from = files_.open(directory_ + "/" + what.file, open_mode::read);
  if (!from)
    return from.error();
  const auto length = (*from)->size();
  if (!length)
    return length.error();
  const auto end = what.bytes == 0 ? *length : std::min(*length, what.offset + what.bytes);
  auto made = files_.open(to, open_mode::create);
  if (!made)
    return made.error();
  std::vector<std::byte> memory(static_cast<std::size_t>(std::min(piece_bytes, *length)));
  std::uint64_t unreadable = 0;
  const auto start = what.bytes == 0 ? 0 : what.offset;
  for (auto at = start; at < end;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(memory.size(), end - at));
    const auto got = read_piece(**from, at, std::span{memory}.first(wanted), unreadable);
    if (!got)
      return got.error();
    if (*got == 0)
      break;
    const std::array parts{std::span<const std::byte>{memory}.first(*got)};
    if (auto written = (*made)->write(at - start, parts); !written)
      return written.error();
    at += *got;
  }
  if (auto synced = (*made)->sync(); !synced)
    return synced.error();
  return unreadable;
}

result<void> damaged_folder::write_reason(const finding& what, const std::string& stem, std::uint64_t unreadable) {
  std::string text;
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty())
      text += std::string{name} + ": " + value + "\n";
  };
  line("kind", std::string{to_string(what.kind)});
  line("file", what.file);
  line("offset", std::to_string(what.offset));
  line("bytes", what.bytes == 0 ? "all" : std::to_string(what.bytes));
  line("key", what.key ? to_hex(*what.key) : std::string{});
  line("namespace", what.name_space);
  line("found", what.found);
  line("expected", what.expected);
  line("unreadable bytes, zeroes here", unreadable == 0 ? std::string{} : std::to_string(unreadable));
  const auto name = path(stem + ".txt");
  const auto write = [&]() -> result<void> {
    auto made = files_.open(name, open_mode::create);
    if (!made)
      return made.error();
    const std::array parts{std::as_bytes(std::span{text})};
    if (auto written = (*made)->write(0, parts); !written)
      return written;
    return (*made)->sync();
  };
  auto written = write();
  if (!written)
    static_cast<void>(files_.remove(name));
  return written;
}

} // namespace hearth::storage
