// Registering background workers. See worker.cpp and launcher.cpp for what they do.
#pragma once

#include "apply/state/state.hpp"

extern "C" {
#include "postmaster/bgworker.h"
}

namespace pg_follower::apply {

// A background worker of this library that connects to a database and is never started again.
BackgroundWorker describe_worker(const char *name, const char *function);

// What the process that registers a follow's worker tells it, beside the follow's id.
struct WorkerArguments {
    Oid database;
    TransactionId xid;
};

// Registers the background worker of a follow. It waits for the end of transaction `xid` (if valid), and ends at once
// if its follow is not there or not enabled then. False if there is no free slot for it.
bool register_worker(Oid database, int32 follow, const char *follow_name, TransactionId xid);

// Registers the worker of a follow of this database, which begins when the transaction commits. Raises
// ERRCODE_CONFIGURATION_LIMIT_EXCEEDED if there is no free slot for it.
void start_worker_at_commit(const Follow &follow);

// The arguments with which this process, a follow's worker, was registered.
WorkerArguments own_arguments();

} // namespace pg_follower::apply
