// Starting a follow's worker. See worker.cpp for what it does.
#pragma once

#include "pg_follower/pg.hpp"
#include "state.hpp"

namespace pg_follower::apply {

// Registers the background worker of a follow. It waits for the end of transaction `xid` (if valid), and ends at once
// if its follow is not there or not enabled then. False if there is no free slot for it.
bool register_worker(Oid database, int32 follow, const char *follow_name, TransactionId xid);

} // namespace pg_follower::apply
