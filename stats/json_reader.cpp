#include "stats/json_reader.hpp"

// cereal provides the parser: Debian's cereal uses the distribution's rapidjson, others a copy in a namespace of its
// own. Include it through cereal only, so that the whole program has one set of rapidjson settings.
#include <cereal/archives/json.hpp>
#if __has_include(<cereal/external/rapidjson/error/en.h>)
#include <cereal/external/rapidjson/error/en.h>
namespace rapid = CEREAL_RAPIDJSON_NAMESPACE;
#else
#include <rapidjson/error/en.h>
namespace rapid = RAPIDJSON_NAMESPACE;
#endif

#include <algorithm>
#include <cstdio>

namespace hearth::stats {

namespace {

/// Describes `value` in an error message.
std::string describe(const rapid::Value& value) {
  if (value.IsUint64())
    return std::to_string(value.GetUint64());
  if (value.IsInt64())
    return std::to_string(value.GetInt64());
  if (value.IsDouble()) {
    char digits[40];
    std::snprintf(digits, sizeof(digits), "%.17g", value.GetDouble());
    const bool whole = std::string_view{digits}.find_first_not_of("-0123456789") == std::string_view::npos;
    // 2.0 is not an integer, and the message must not show it as one.
    return whole ? std::string{digits} + ".0" : digits;
  }
  if (value.IsString())
    return "a string";
  if (value.IsArray())
    return "a list";
  if (value.IsObject())
    return "an object";
  return value.IsNull() ? "null" : value.GetBool() ? "true" : "false";
}

std::string_view view(const rapid::Value& text) { return {text.GetString(), text.GetStringLength()}; }

} // namespace

class json_reader::impl {
public:
  /// Parses the text. Returns the error, or nothing.
  std::string parse(std::string_view text) {
    if (const auto zero = text.find('\0'); zero != text.npos)
      // The parser would take it for the end of the text.
      return "byte " + std::to_string(zero) + ": a zero byte is no JSON";
    // Without kParseFullPrecisionFlag: with it, rapidjson normalises a zero such as 0e30, which is undefined behaviour.
    // The reader accepts no number with a fraction or an exponent; it only shows its value in an error.
    constexpr auto flags = rapid::kParseIterativeFlag | rapid::kParseValidateEncodingFlag;
    document_.Parse<flags>(text.data(), text.size());
    if (document_.HasParseError())
      return "byte " + std::to_string(document_.GetErrorOffset()) + ": " +
             rapid::GetParseError_En(document_.GetParseError());
    if (!document_.IsObject())
      return "expected a JSON object, found " + describe(document_);
    scopes_.push_back(&document_);
    return {};
  }

  bool has(std::string_view name) const {
    return std::any_of(scopes_.back()->MemberBegin(), scopes_.back()->MemberEnd(),
                       [&](const auto& member) { return view(member.name) == name; });
  }

  /// The member `name` of the innermost open object. Null, with `error` set, if it does not occur exactly once.
  const rapid::Value* find(std::string_view name, std::string& error) const {
    const rapid::Value* found = nullptr;
    for (auto member = scopes_.back()->MemberBegin(); member != scopes_.back()->MemberEnd(); ++member) {
      if (view(member->name) != name)
        continue;
      if (found) {
        error = path(name) + ": given twice";
        return nullptr;
      }
      found = &member->value;
    }
    if (!found)
      error = path(name) + ": missing";
    return found;
  }

  const rapid::Value* find_object(std::string_view name, std::string& error) const {
    const auto* found = find(name, error);
    if (!found || found->IsObject())
      return found;
    error = path(name) + ": expected an object, found " + describe(*found);
    return nullptr;
  }

  std::string path(std::string_view name) const { return prefix_ + std::string{name}; }

  void inside(std::string_view name, const rapid::Value& object, const std::function<void()>& members) {
    const auto outside = prefix_.size();
    prefix_.append(name).push_back('.');
    scopes_.push_back(&object);
    members();
    scopes_.pop_back();
    prefix_.resize(outside);
  }

private:
  rapid::Document document_;
  std::vector<const rapid::Value*> scopes_; ///< open objects, outermost first
  std::string prefix_;                      ///< for example "ledger.dropped." inside the object `dropped` of `ledger`
};

json_reader::json_reader(std::string_view text) : impl_(std::make_unique<impl>()), error_(impl_->parse(text)) {}
json_reader::~json_reader() = default;

bool json_reader::has(std::string_view name) const { return ok() && impl_->has(name); }

void json_reader::integer(std::string_view name, std::uint64_t& value) {
  const auto* found = ok() ? impl_->find(name, error_) : nullptr;
  if (!found)
    return;
  if (!found->IsUint64())
    return refuse(name, "expected an integer 0..18446744073709551615, found " + describe(*found));
  value = found->GetUint64();
}

void json_reader::text(std::string_view name, std::string& value) {
  const auto* found = ok() ? impl_->find(name, error_) : nullptr;
  if (!found)
    return;
  if (!found->IsString())
    return refuse(name, "expected a string, found " + describe(*found));
  value = view(*found);
}

void json_reader::integers(std::string_view name, std::uint64_t value_max, std::vector<std::uint64_t>& values) {
  const auto* found = ok() ? impl_->find(name, error_) : nullptr;
  if (!found)
    return;
  if (!found->IsArray())
    return refuse(name, "expected a list of integers, found " + describe(*found));
  std::vector<std::uint64_t> read;
  read.reserve(found->Size());
  for (const auto& item : found->GetArray()) {
    if (!item.IsUint64() || item.GetUint64() > value_max)
      return refuse(std::string{name} + "[" + std::to_string(read.size()) + "]",
                    "expected an integer 0.." + std::to_string(value_max) + ", found " + describe(item));
    read.push_back(item.GetUint64());
  }
  values = std::move(read);
}

void json_reader::object(std::string_view name, const std::function<void()>& members) {
  if (const auto* found = ok() ? impl_->find_object(name, error_) : nullptr)
    impl_->inside(name, *found, members);
}

void json_reader::names(std::string_view name, const std::function<void(const std::string&)>& each) {
  const auto* found = ok() ? impl_->find_object(name, error_) : nullptr;
  if (!found)
    return;
  impl_->inside(name, *found, [&] {
    for (auto member = found->MemberBegin(); member != found->MemberEnd(); ++member)
      each(std::string{view(member->name)});
  });
}

void json_reader::refuse(std::string_view name, std::string_view what) {
  if (ok())
    error_ = impl_->path(name) + ": " + std::string{what};
}

} // namespace hearth::stats
