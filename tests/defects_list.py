"""The defects that defects.py plants: each a mistake that someone could make, in one place."""
from typing import NamedTuple


class Defect(NamedTuple):
    name: str
    what: str
    file: str
    old: str
    new: str


DEFECTS = [
    # The ledger and the write drops.
    Defect("evict_drop_uncounted", "a block that the full writer rejects at eviction is not counted", "actors/tiers.cpp",
           "    if (end == fate::full)\n      give_up(drop_reason::evict_full, victim->item);\n", ""),
    Defect("late_drop_uncounted", "a put that the full writer rejects is not counted", "actors/tiers.cpp",
           "  case fate::full:\n    give_up(drop_reason::late_full, item);\n", "  case fate::full:\n"),
    Defect("preflight_drop_uncounted", "a refused preflight is not counted", "actors/preflight.cpp",
           "entry.counters.ledger.give_up(stats::drop_reason::preflight_full, bytes);", "(void)entry;"),
    Defect("reclaim_is_a_drop", "making room in the cold tier counts as a write drop", "actors/tiers.cpp",
           "  hot_.mark_reclaimed(key);\n", "  give_up(drop_reason::evict_full, item->item);\n  hot_.mark_reclaimed(key);\n"),
    Defect("loss_uncounted", "what a failed write loses is not counted as lost", "actors/tiers_writes.cpp",
           "  else if (!may_enter || !into_hot(item))\n    lose(item);\n", "  else if (may_enter)\n    into_hot(item);\n"),
    Defect("death_unaccounted", "what died with the writer stays pending for ever", "actors/tiers_writes.cpp",
           "entry.counters.ledger.fail(fail_reason::writer_died, bytes);", "(void)entry;"),
    # What is readable.
    Defect("pending_unreadable", "an evicted block cannot be read until it is written", "actors/tiers.cpp",
           "  if (const auto* write = pending_.find(key))\n    return {place::pending,",
           "  if (const auto* write = pending_.find(key); write && bool{})\n    return {place::pending,"),
    Defect("erase_forgets_pending", "an erased block that is being written comes back", "actors/tiers.cpp",
           "  leave_hot(key);\n  withdraw(key);\n  if (store_)", "  leave_hot(key);\n  if (store_)"),
    Defect("erase_forgets_cold", "an erased block is found in the cold tier", "actors/tiers.cpp",
           "  if (store_)\n    store_->erase(key); // also", "  if (store_ && bool{})\n    store_->erase(key); // also"),
    Defect("reads_outlive_reclaim", "a read of a block that was reclaimed is shared by who asks for its successor", "actors/hot_cache_state.cpp",
           "    reads_.forget(key); //", "    {} //"),
    Defect("prefix_with_a_hole", "a read that failed does not shorten the run", "actors/hot_cache_reads.cpp",
           "      prefix.usable = std::min(prefix.usable, who.index);", "      {}"),
    Defect("coalesced_reply_lost", "of two who wait for one cold read only the first is answered", "actors/cold_reads.cpp",
           "reads[found->second.index].waiters.push_back(who);", "reads[found->second.index].waiters.resize(1);"),
    Defect("dirty_block_leaves", "a dirty block leaves the hot tier without an offer", "actors/tiers.cpp",
           "  return attached() && item.worth_writing() && !store_->find(item.item.key);", "  return attached() && bool{} && item.worth_writing();"),
    # Bounds.
    Defect("gate_one_too_many", "a mailbox takes one message more than its bound", "messages/gate.cpp",
           "slots <= slots_max - size.slots &&", "slots <= slots_max - size.slots + 1 &&"),
    Defect("slot_leaks_on_death", "a write that ends after its writer died keeps its slot", "messages/gate.cpp",
           "    held->release(std::exchange(size_, load{0, 0}));", "    if (size_.slots != 1)\n      held->release(std::exchange(size_, load{0, 0}));"),
    Defect("index_not_charged", "the index of a segment takes none of the budget", "storage/segments_reclaim.cpp",
           "    used_ += made.charge();", "    used_ += made.bytes;"),
    Defect("flush_never_expires", "a flush whose disk hangs is never answered", "actors/hot_cache_flush.cpp",
           "    if (flush.deadline <= at)\n      late.push_back(number);", "    if (flush.deadline <= at && bool{})\n      late.push_back(number);"),
    # What is on disk.
    Defect("checksum_skipped", "a payload is handed out whatever its checksum", "storage/segments_reads.cpp",
           "  if (checksum(job.payload->bytes()) != header->block.payload_checksum)", "  if (bool{})"),
    Defect("place_unchecked", "a record from another place or time is believed", "storage/segments_reads.cpp",
           "  if (header->place != place)", "  if (bool{})"),
    Defect("name_space_unchecked", "a record of another namespace is believed", "storage/segments_reads.cpp",
           "  if (header->block.name_space != name_space)", "  if (bool{})"),
    Defect("acknowledged_before_sync", "a sync is answered whose data was not made durable", "storage/segments_sync.cpp",
           "    if (job.outcome && part.sync_data)", "    if (job.outcome && part.sync_data && bool{})"),
    Defect("names_not_synced", "a sync leaves the names of its files to chance", "storage/segments_sync.cpp",
           "  if (job.outcome)\n    job.outcome = config_.files->sync_names(folder_);\n  job.free", "  job.free"),
    Defect("flush_forgets_pending", "a flush is answered while its blocks are still being written", "actors/hot_cache_flush.cpp",
           "} else if (!tiers_.pending().any_until(flush.last_sequence)) {", "} else {"),
    Defect("erase_not_durable", "a crash brings erased blocks back although a sync was answered", "storage/segments_reads.cpp",
           "  in.index_dirty = true; // a crash must not bring it back\n", ""),
    Defect("old_index_stays", "a segment is overwritten while its old index is still believed", "storage/segments_reclaim.cpp",
           "  if (job.outcome)\n    job.outcome = write_segment_index(files, index, job.fresh);",
           "  if (job.outcome && job.what == segment_work::make)\n    job.outcome = write_segment_index(files, index, job.fresh);"),
    Defect("space_reused_while_read", "a segment is recycled under a reader", "storage/segments_reclaim.cpp",
           "  if (victim.readers > 0 || victim.in_checkpoint)\n", "  if (victim.in_checkpoint)\n"),
    Defect("tail_unverified", "recovery presents torn records of an open segment", "storage/segment_tail.cpp",
           "auto& kind = sum && *sum == record->block.payload_checksum ? tail.records : tail.torn;",
           "auto& kind = sum ? tail.records : tail.torn;"),
    Defect("older_append_wins", "of two appends of one key the one that ends last stays", "storage/segments_appends.cpp",
           "  if (job.erased || (present != no_record && index_.at(present).sequence > job.sequence)) {", "  if (job.erased) {"),
    Defect("restore_order_lost", "a restart forgets the order of last use", "storage/segments_sync.cpp",
           "      if (const auto id = index_.walk(); id != no_record)\n        sequences.push_back(index_.at(id).sequence);",
           "      if (const auto id = index_.walk(); id != no_record)\n        sequences.insert(sequences.begin(), index_.at(id).sequence);"),
    Defect("generation_reused", "a recycled segment keeps its generation", "storage/segments_reclaim.cpp",
           "  job->fresh = {store_, at_work.slot, next_generation_++,", "  job->fresh = {store_, at_work.slot, what == segment_work::recycle ? at_work.generation : next_generation_++,"),
]
