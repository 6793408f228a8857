#include "tests/fuzz/directory_image.hpp"

#include "storage/format/whole_file.hpp"

namespace hearth::fuzz {

namespace {

void add_below(storage::file_system& files, const std::string& directory, directory_image& image) {
  const auto entries = files.list(directory);
  demand(entries.ok(), "a directory in memory can be listed");
  for (const auto& entry : *entries) {
    const auto path = directory + "/" + entry.name;
    if (entry.kind == storage::entry_kind::directory) {
      image.directories.insert(path);
      add_below(files, path, image);
      continue;
    }
    auto all = storage::read_whole_file(files, path, ~std::uint64_t{0});
    demand(all.ok(), "a file in memory can be read");
    image.files.emplace(path, std::move(*all));
  }
}

} // namespace

std::shared_ptr<storage::memory_file_system> disk_with(const directory_image& image) {
  auto disk = storage::make_memory_file_system();
  demand(disk->create_directory(store_directory).ok(), "a directory in memory can be made");
  for (const auto& directory : image.directories) // parents come first
    static_cast<void>(disk->create_directory(directory));
  for (const auto& [path, all] : image.files) {
    auto made = disk->open(path, storage::open_mode::create);
    if (!made)
      continue;
    const std::span<const std::byte> part{all};
    demand((*made)->write(0, std::span{&part, 1}).ok(), "a file in memory can be written");
  }
  return disk;
}

directory_image image_of(storage::file_system& files) {
  directory_image image;
  add_below(files, store_directory, image);
  return image;
}

} // namespace hearth::fuzz
