#include "tests/fuzz/directory_edits.hpp"

#include "storage/format/page.hpp"
#include "tests/fuzz/sums.hpp"

#include <array>
#include <optional>

namespace hearth::fuzz {

namespace {

using storage::page_size;

constexpr std::size_t edits_max = 64;
constexpr std::size_t file_bytes_max = 1u << 20;
constexpr std::size_t files_max = 64;

constexpr std::array names{"segments/00000000.segment",
                           "segments/00000000.index",
                           "segments/00000001.segment",
                           "segments/00000001.index",
                           "segments/00000002.segment",
                           "segments/00000002.index",
                           "segments/00000007.segment",
                           "segments/00000007.index",
                           "segments/ffffffff.segment",
                           "segments/ffffffff.index",
                           "segments/00000001.index.writing",
                           "segments/recency",
                           "segments/recency.writing",
                           "hearth.format",
                           "hearth.format.writing",
                           "hearth.lock",
                           "blocks/3fffffffffffffff-"
                           "0000000000000000000000000000000000000000000000000000000000000000.block",
                           "blocks/0000000000000001-"
                           "0000000000000000000000000000000000000000000000000000000000000000.writing",
                           "segments",
                           "blocks",
                           "damaged"};

/// Applies edits to one image.
class editor {
public:
  editor(byte_source& source, directory_image& image, const std::vector<directory_image>& others)
      : source_(source), image_(image), others_(others) {}

  void one() {
    switch (static_cast<edit>(source_.byte() % static_cast<std::uint8_t>(edit::count))) {
    case edit::overwrite: return overwrite(false);
    case edit::overwrite_fit: return overwrite(true);
    case edit::cut: return resize(false);
    case edit::grow: return resize(true);
    case edit::remove: return remove();
    case edit::rename: return copy(true);
    case edit::copy: return copy(false);
    case edit::make_file: return make_file();
    case edit::make_directory: return make_directory();
    case edit::move_page: return move_page();
    case edit::clear_page: return clear_page();
    case edit::from_elsewhere:
    case edit::count: return from_elsewhere();
    }
  }

private:
  using entry = std::pair<const std::string, bytes>;

  entry* pick(directory_image& from) {
    const auto place = source_.below(from.files.size());
    return from.files.empty() ? nullptr : &*std::next(from.files.begin(), static_cast<std::ptrdiff_t>(place));
  }

  /// A known name, or letters from the input.
  std::string name() {
    const std::size_t drawn = source_.byte();
    const auto below = std::string{store_directory} + "/";
    if (drawn < 192)
      return below + names[drawn % names.size()];
    std::string made;
    for (const auto letter : source_.take(drawn % 32))
      made.push_back(letter == std::byte{'/'} || letter == std::byte{0} ? '_' : static_cast<char>(letter));
    if (made.empty() || made == "." || made == "..")
      made = "x";
    return below + (drawn % 2 == 0 ? "segments/" : "blocks/") + made;
  }

  void put(const std::string& path, bytes all) {
    if (image_.files.size() < files_max || image_.files.contains(path))
      image_.files[path] = std::move(all);
  }

  void overwrite(bool fit) {
    auto* file = pick(image_);
    if (file == nullptr || file->second.empty())
      return;
    auto& all = file->second;
    const auto page = source_.below((all.size() + page_size - 1) / page_size) * page_size;
    const auto at = page + source_.below(std::min(page_size, all.size() - page));
    const auto these = source_.take(1 + source_.byte() % 16);
    for (std::size_t i = 0; i < these.size() && at + i < all.size(); ++i)
      all[at + i] = these[i];
    if (fit && !fit_body_sum(all) && all.size() - page >= page_size)
      fit_page_sum(std::span{all}.subspan(page, page_size));
  }

  void resize(bool longer) {
    auto* file = pick(image_);
    if (file == nullptr)
      return;
    const auto bytes = source_.below(longer ? 65'536 : file->second.size() + 1);
    file->second.resize(longer ? std::min(file->second.size() + bytes, file_bytes_max) : bytes);
  }

  void remove() {
    if (const auto* file = pick(image_))
      image_.files.erase(file->first);
  }

  void copy(bool away) {
    auto* file = pick(image_);
    const auto to = name();
    if (file == nullptr || to == file->first)
      return;
    const auto from = file->first;
    put(to, file->second);
    if (away)
      image_.files.erase(from);
  }

  void make_file() {
    auto to = name();
    const auto these = source_.take(source_.below(512));
    put(to, {these.begin(), these.end()});
  }

  void make_directory() {
    const auto path = name();
    if (image_.directories.size() < files_max && !image_.files.contains(path))
      image_.directories.insert(path);
  }

  std::optional<std::span<std::byte>> page() {
    auto* file = pick(image_);
    const auto pages = file == nullptr ? 0 : file->second.size() / page_size;
    const auto at = source_.below(pages) * page_size;
    if (pages == 0)
      return std::nullopt;
    return std::span{file->second}.subspan(at, page_size);
  }

  void move_page() {
    const auto from = page();
    const auto to = page();
    if (from && to && from->data() != to->data())
      std::copy(from->begin(), from->end(), to->begin());
  }

  void clear_page() {
    if (const auto cleared = page())
      std::fill(cleared->begin(), cleared->end(), std::byte{0});
  }

  void from_elsewhere() {
    const auto& other = others_[source_.below(others_.size())];
    const auto place = source_.below(other.files.size());
    const auto& [path, all] = *std::next(other.files.begin(), static_cast<std::ptrdiff_t>(place));
    put(path, all);
  }

  byte_source& source_;
  directory_image& image_;
  const std::vector<directory_image>& others_;
};

} // namespace

void apply_edits(byte_source& source, directory_image& image, const std::vector<directory_image>& others) {
  editor edits{source, image, others};
  for (std::size_t done = 0; done < edits_max && !source.empty(); ++done)
    edits.one();
}

} // namespace hearth::fuzz
