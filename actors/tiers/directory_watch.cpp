#include "actors/tiers/directory_watch.hpp"

#include <utility>

namespace hearth::actors {

directory_watch::decision directory_watch::next(time_point now, bool attached) {
  if (waits_)
    return {};
  if (now < due_)
    return {action::none, due_};
  waits_ = true;
  if (!attached)
    return {action::open, {}};
  due_ = now + look_every_;
  return {action::look, due_};
}

bool directory_watch::look_now() noexcept { return !std::exchange(waits_, true); }

void directory_watch::detached(time_point now) {
  opening_failures_ = 0;
  last_reason_.clear();
  due_ = now + limits_.after(0);
}

bool directory_watch::opening_failed(time_point now, const std::string& reason) {
  waits_ = false;
  due_ = now + limits_.after(++opening_failures_);
  return std::exchange(last_reason_, reason) != reason;
}

void directory_watch::opened(time_point now) {
  waits_ = false;
  due_ = now + look_every_;
}

} // namespace hearth::actors
