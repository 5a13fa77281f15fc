// Describes background workers to the postmaster. See registration.hpp.
#include "apply/state/registration.hpp"

#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "apply/state/start_queue.hpp"

extern "C" {
#include "access/xact.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"
}

namespace pg_follower::apply {
namespace {

// The follows, by number, for which this transaction has registered a worker.
FullTransactionId registered_in = {0};
List *registered = NIL;

} // namespace

BackgroundWorker describe_worker(const char *name, const char *function)
{
    BackgroundWorker entry = {};
    entry.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    entry.bgw_start_time = BgWorkerStart_RecoveryFinished;
    entry.bgw_restart_time = BGW_NEVER_RESTART;
    snprintf(entry.bgw_library_name, sizeof(entry.bgw_library_name), "%s", plugin_name);
    snprintf(entry.bgw_function_name, sizeof(entry.bgw_function_name), "%s", function);
    snprintf(entry.bgw_name, sizeof(entry.bgw_name), "%s", name);
    snprintf(entry.bgw_type, sizeof(entry.bgw_type), "%s", name);
    return entry;
}

bool register_worker(Oid database, int32 follow, const char *follow_name, TransactionId xid)
{
    BackgroundWorker entry = describe_worker(worker_name(follow_name), "pg_follower_worker_main");
    // The process waits by itself until its next try is due (see worker.cpp). This holds where it cannot come that far.
    entry.bgw_restart_time = 1;
    entry.bgw_main_arg = Int32GetDatum(follow);
    WorkerArguments arguments = {database, xid};
    static_assert(sizeof(arguments) <= sizeof(entry.bgw_extra));
    memcpy(entry.bgw_extra, &arguments, sizeof(arguments));
    return RegisterDynamicBackgroundWorker(&entry, nullptr);
}

void start_worker_at_commit(const Follow &follow)
{
    FullTransactionId transaction = GetTopFullTransactionId();
    if (!FullTransactionIdEquals(transaction, registered_in)) {
        list_free(registered);
        registered = NIL;
        registered_in = transaction;
    }
    // One is enough, and another would wait for its end, and then run in the middle of what stops the follow again.
    if (list_member_int(registered, follow.id))
        return;
    if (!register_worker(MyDatabaseId, follow.id, NameStr(follow.name), GetTopTransactionId()))
        ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("no background worker slot is free"),
                        errhint("%s", more_slots_hint)));
    MemoryContextScope lasting(TopMemoryContext);
    registered = lappend_int(registered, follow.id);
}

WorkerArguments own_arguments()
{
    WorkerArguments arguments;
    memcpy(&arguments, MyBgworkerEntry->bgw_extra, sizeof(arguments));
    return arguments;
}

} // namespace pg_follower::apply
