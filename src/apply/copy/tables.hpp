// The copy of the tables that wait for it.
#pragma once

#include "apply/copy/source.hpp"
#include "apply/state/state.hpp"

namespace pg_follower::apply {

// Copies the waiting tables of the follow that can be copied under the upstream's snapshot, whose position is `lsn`,
// the largest first; returns when all that could be done is done. A table that was changed upstream since, or is locked
// there, waits on. Everything that was committed before `lsn` must have been applied, and nothing else may be applied
// meanwhile. To be called outside of a transaction, in a session under the worker's settings (session.hpp). A table
// that cannot be copied keeps no other from it: its error is raised at the end. No table is left `copying`, and those
// that are copied stay so.
//
// Where `only` is a table, it alone is copied, as a whole, by `source`, which has the snapshot and the table's lock and
// is closed then.
void copy_tables(const Follow &follow, const char *snapshot, XLogRecPtr lsn, Oid only, Source &source);

// Gathers the statistics that tables have of those which inherit from them, such as partitions, where these were
// copied.
void analyze_parents(const Follow &follow);

} // namespace pg_follower::apply
