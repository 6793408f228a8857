#include "storage/cold/deferred_work.hpp"

#include <utility>

namespace hearth::storage {

void carry_out(deferred_work work, const std::weak_ptr<io_engine>& io) {
  if (const auto engine = io.lock(); engine != nullptr && !work.jobs.empty())
    engine->submit(std::move(work.jobs));
  else
    for (auto& job : work.jobs)
      job.complete(false);
  if (work.listener)
    work.listener(std::move(work.reclaimed));
  for (const auto& answer : work.answers)
    answer();
}

} // namespace hearth::storage
