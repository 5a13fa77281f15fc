// What a copy writes into the table follower.followed_table.
#pragma once

#include "apply/copy/load.hpp"

namespace pg_follower::apply {

// All of these need a transaction, and write as the worker.

// Notes what the upstream knows of tables that wait.
void note_sizes(int32 follow, const SourceTable *tables, int count);
// This process begins to copy the table, for others to see; takes effect with the commit.
void note_begin(int32 follow, Oid table);
// A part of the table is copied.
void note_part(int32 follow, Oid table, const Loaded &loaded);
// The table is copied as of `lsn`.
void note_copied(int32 follow, Oid table, XLogRecPtr lsn, const Loaded &loaded);
// The table waits again, unless it is copied: then what was interrupted came after its copy. `error` is why; null where
// it is nothing of the table's.
void note_waiting(int32 follow, Oid table, const char *error);
// The table waits for a later snapshot, because the upstream has changed it after this one.
void note_changed(int32 follow, Oid table);

} // namespace pg_follower::apply
