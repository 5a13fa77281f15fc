// Resumes every follow after a restart of the server, when the library is preloaded.
//
// A static background worker, the launcher, lists the databases and runs a starter in each, one after the other; the
// starter registers a worker for each follow that was running. Both end when that is done.
#include "function_path.hpp"
#include "pg_follower/apply.hpp"
#include "pg_follower/drop_guard.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "registration.hpp"
#include "state.hpp"

extern "C" {
#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/extension.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"

PGDLLEXPORT void pg_follower_launcher_main(Datum argument);
PGDLLEXPORT void pg_follower_starter_main(Datum argument);
}

namespace pg_follower::apply {

namespace {

List *list_databases()
{
    List *databases = NIL;
    StartTransactionCommand();
    (void)GetTransactionSnapshot();
    Relation relation = table_open(DatabaseRelationId, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(relation, 0, nullptr);
    while (HeapTuple tuple = heap_getnext(scan, ForwardScanDirection)) {
        auto database = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
        if (!database->datallowconn)
            continue;
        MemoryContextScope scope(TopMemoryContext);
        databases = lappend_oid(databases, database->oid);
    }
    table_endscan(scan);
    table_close(relation, AccessShareLock);
    CommitTransactionCommand();
    return databases;
}

void start_in(Oid database)
{
    BackgroundWorker entry = describe_worker("pg_follower starter", "pg_follower_starter_main");
    entry.bgw_main_arg = ObjectIdGetDatum(database);
    entry.bgw_notify_pid = MyProcPid;
    BackgroundWorkerHandle *handle;
    if (!RegisterDynamicBackgroundWorker(&entry, &handle)) {
        ereport(LOG, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
                      errmsg("could not look for follows in database %u: no free background worker slot", database),
                      errhint("Raise max_worker_processes, or call resume_follow() in the database.")));
        return;
    }
    if (WaitForBackgroundWorkerShutdown(handle) == BGWH_POSTMASTER_DIED)
        proc_exit(1);
}

void start_follows()
{
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    if (OidIsValid(get_extension_oid(extension_name, true)))
        for (Follow *follow : each<Follow>(all_follows())) {
            if (!follow->enabled || follow->state == FollowState::failed)
                continue;
            if (!register_worker(MyDatabaseId, follow->id, NameStr(follow->name), InvalidTransactionId))
                ereport(LOG, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
                              errmsg("could not resume follow \"%s\": no free background worker slot",
                                     NameStr(follow->name)),
                              errhint("Raise max_worker_processes, or call resume_follow().")));
        }
    PopActiveSnapshot();
    CommitTransactionCommand();
}

// Without the follow's row nobody would drop its slot, and the upstream would keep WAL for it until its disk is full.
void refuse_while_following(Oid table)
{
    const char *follow = some_follow_name(table);
    if (!follow)
        return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                    errmsg("cannot drop extension \"%s\" while this database follows another", extension_name),
                    errdetail("Follow \"%s\" has a replication slot on its upstream, which would be left behind and "
                              "keep WAL there.",
                              follow),
                    errhint("Call drop_follow('%s') first, with force => true if the upstream is gone.", follow)));
}

} // namespace

} // namespace pg_follower::apply

void pg_follower::init_apply()
{
    using namespace apply;
    guard_table("follow", refuse_while_following);
    install_function_path();
    if (!library_preloaded)
        return;
    BackgroundWorker entry = describe_worker("pg_follower launcher", "pg_follower_launcher_main");
    RegisterBackgroundWorker(&entry);
}

void pg_follower_launcher_main(Datum)
{
    using namespace pg_follower;
    using namespace pg_follower::apply;
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    for (Oid database : each_oid(list_databases()))
        start_in(database);
    proc_exit(0);
}

void pg_follower_starter_main(Datum argument)
{
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
    pg_follower::apply::start_follows();
    proc_exit(0);
}
