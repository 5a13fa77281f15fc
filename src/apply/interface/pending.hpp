// What the end of a transaction does for the functions that were called in it.
#pragma once

#include "pg_follower/pg.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

// Notes that the transaction starts the follow. If it aborts and `made_slot`, drops the slot that was made through
// `upstream`. Takes the connection over.
void note_start(const Follow &follow, Upstream upstream, bool made_slot);
// If the transaction aborts, starts the follow's worker again.
void on_abort_restart_worker(const Follow &follow);
// When the transaction commits, drops the follow's slot over `upstream` (unless that is not open) and its origin. A
// failure aborts the transaction.
void on_commit_drop(const Follow &follow, Upstream upstream);

// Whether this transaction started the follow, so that its worker waits for the transaction's end.
bool started_here(int32 follow);

} // namespace pg_follower::apply
