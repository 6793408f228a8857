#include "stats/json_writer.hpp"

#include <cereal/archives/json.hpp>

#include <cassert>
#include <cmath>
#include <optional>
#include <sstream>

namespace hearth::stats {

namespace {

using archive_options = cereal::JSONOutputArchive::Options;

archive_options archive_options_of(json_writer::layout chosen) {
  // 324 decimal places: all that a double can have. A smaller bound would cut digits off.
  return archive_options(324, archive_options::IndentChar::space, chosen == json_writer::layout::indented ? 2 : 0);
}

} // namespace

class json_writer::impl {
public:
  explicit impl(layout chosen) : chosen_(chosen) { archive_.emplace(stream_, archive_options_of(chosen)); }

  template <class T>
  void member(std::string_view name, const T& value) {
    (*archive_)(cereal::make_nvp(std::string{name}, value));
  }

  void object(std::string_view name, const std::function<void()>& members) {
    const std::string terminated{name};
    archive_->setNextName(terminated.c_str());
    archive_->startNode();
    members();
    archive_->finishNode();
  }

  void array(std::string_view name, const std::function<void()>& elements) {
    object(name, [&] {
      archive_->makeArray();
      elements();
    });
  }

  void integers(std::string_view name, std::span<const std::uint64_t> values) {
    array(name, [&] {
      for (const auto value : values)
        (*archive_)(value);
    });
  }

  void element(const std::function<void()>& members) {
    archive_->startNode();
    members();
    archive_->finishNode();
  }

  std::string finish() {
    archive_.reset(); // its destructor writes the closing brace
    auto text = stream_.str();
    if (chosen_ == layout::one_line)
      std::erase(text, '\n'); // always layout: in a text it is written as two characters
    return text;
  }

private:
  const layout chosen_;
  std::ostringstream stream_;
  std::optional<cereal::JSONOutputArchive> archive_;
};

json_writer::json_writer(layout chosen) : impl_(std::make_unique<impl>(chosen)) {}
json_writer::~json_writer() = default;

void json_writer::integer(std::string_view name, std::uint64_t value) { impl_->member(name, value); }

void json_writer::real(std::string_view name, double value) {
  assert(std::isfinite(value));
  impl_->member(name, value);
}

void json_writer::text(std::string_view name, std::string_view value) { impl_->member(name, std::string{value}); }

void json_writer::object(std::string_view name, const std::function<void()>& members) { impl_->object(name, members); }

void json_writer::boolean(std::string_view name, bool value) { impl_->member(name, value); }

void json_writer::array(std::string_view name, const std::function<void()>& elements) { impl_->array(name, elements); }

void json_writer::integers(std::string_view name, std::span<const std::uint64_t> values) {
  impl_->integers(name, values);
}

void json_writer::element(const std::function<void()>& members) { impl_->element(members); }

std::string json_writer::finish() { return impl_->finish(); }

} // namespace hearth::stats
