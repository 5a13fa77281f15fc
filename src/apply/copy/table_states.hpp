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
// The table waits again: for a later snapshot, or, where there is an `error`, for the next try.
void note_waiting(int32 follow, Oid table, const char *error);

} // namespace pg_follower::apply
