// The initial copy of the schema: all of it is made here, on empty tables, before any row is copied.
#pragma once

#include "apply/state/follow.hpp"
#include "apply/upstream/upstream.hpp"

namespace pg_follower::apply {

// Reads the upstream's schema over `upstream`, which must be an open connection without a transaction, and keeps the
// statements that make it here in follower.copy_statement. Sets follow.start_lsn to the position of what was read:
// what committed before is in the statements, and what commits later comes in the stream, so the slot must be there
// already. Call it in a transaction, and store the follow's row in the same. Waits for commands of the upstream that
// are at work, and is interrupted like any wait.
void take_schema(Follow &follow, Upstream &upstream);

// The roles that the upstream's objects, privileges and settings name, a name a line; null where there are none.
const char *needed_roles(Upstream &upstream);

// Runs the next statements, some hundred at most, and forgets them. Returns whether some are left. Call it in a
// transaction of its own.
bool apply_schema_batch(const Follow &follow);

} // namespace pg_follower::apply
