#include "storage/verify/verify.hpp"

#include "storage/format/format_file.hpp"
#include "storage/verify/segments_repair.hpp"
#include "storage/verify/verify_run.hpp"

namespace hearth::storage {

namespace {

failure no_store(const std::string& directory) {
  return {errc::not_found, directory + ": holds no cold tier: there is no hearth.format in it; expected the directory "
                                       "that a cache was opened with"};
}

result<store_format> known_format(file_system& files, const std::string& directory) {
  const auto format = check_format(files, directory, segments_engine_name, segments_format_version);
  if (!format)
    return format.error();
  return format->has_value() ? result<store_format>{**format} : no_store(directory);
}

/// Reports names in the store's directory that are not hearth's.
result<void> note_foreign(verify_run& run) {
  const auto entries = run.files.list(run.directory);
  if (!entries)
    return entries.error();
  for (const auto& entry : *entries)
    if (entry.name != "segments" && !is_common_name(entry.name))
      run.note(finding_kind::foreign, entry.name, "a name that is not ours", "nothing");
  return {};
}

result<verify_report> verify_locked(file_system& files, const std::string& directory, bool repair,
                                    const verify_hooks& hooks) {
  const auto format = known_format(files, directory); // again: the previous owner may have changed it in between
  if (!format)
    return format.error();
  verify_run run{files, directory, format->store, hooks};
  run.report.engine = format->engine;
  run.report.version = format->version;
  run.report.store = format->store;
  if (auto noted = note_foreign(run); !noted)
    return noted.error();
  const auto checked = verify_segments(run);
  if (!checked)
    return checked.error();
  if (repair && run.report.damaged() > 0 && !run.stopped())
    repair_segments(run, *checked);
  return std::move(run.report);
}

} // namespace

result<verify_report> verify_store(file_system& files, std::string directory, bool repair, const verify_hooks& hooks) {
  while (directory.size() > 1 && directory.ends_with('/'))
    directory.pop_back();
  // A missing directory is another error than a directory without a store.
  if (auto listed = files.list(directory); !listed)
    return listed.error();
  if (auto known = known_format(files, directory); !known)
    return known.error();
  auto lock = files.lock(directory + "/hearth.lock");
  if (!lock)
    return lock.error();
  auto report = verify_locked(files, directory, repair, hooks);
  (*lock)->withdraw();
  return report;
}

} // namespace hearth::storage
