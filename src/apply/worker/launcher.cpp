// Resumes every follow after a restart of the server, when the library is preloaded.
//
// A static background worker, the launcher, lists the databases and runs a starter in each, one after the other. The
// starter tells it which follows were running, and ends; then the launcher registers their workers. Where slots are
// lacking it tries again, and the view follow_status says so; it ends when all have been started. A worker that it
// starts late, after somebody has stopped or resumed its follow, ends at once.
#include "apply/state/follow_names.hpp"
#include "apply/execute/function_path.hpp"
#include "apply/state/latch_pause.hpp"
#include "pg_follower/apply.hpp"
#include "pg_follower/drop_guard.hpp"
#include "pg_follower/function_guard.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "apply/state/registration.hpp"
#include "apply/state/start_queue.hpp"
#include "apply/state/state.hpp"

extern "C" {
#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

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

// Runs a starter in a database, for the follows whose numbers are greater than `behind`, and waits for its end. Returns
// whether there was a slot for it.
bool run_starter(Oid database, int32 behind)
{
    start_queue->clear(behind);
    BackgroundWorker entry = describe_worker("pg_follower starter", "pg_follower_starter_main");
    entry.bgw_main_arg = ObjectIdGetDatum(database);
    // One starter also reports what dropped databases left behind: this process has no database to read that in.
    static bool reported = false;
    entry.bgw_extra[0] = !reported;
    entry.bgw_notify_pid = MyProcPid;
    BackgroundWorkerHandle *handle;
    if (!RegisterDynamicBackgroundWorker(&entry, &handle))
        return false;
    reported = true;
    if (WaitForBackgroundWorkerShutdown(handle) == BGWH_POSTMASTER_DIED)
        proc_exit(1);
    return true;
}

// A worker that is to be started.
struct Wanted {
    Oid database;
    StartQueue::Entry follow;
};

// Adds the workers of a database's follows to `wanted`. Returns whether there was a slot for the starter.
bool ask(Oid database, List *&wanted)
{
    int32 behind = 0;
    do {
        if (!run_starter(database, behind))
            return false;
        for (const StartQueue::Entry &follow : start_queue->entries()) {
            auto item = allocate<Wanted>();
            *item = {database, follow};
            wanted = lappend(wanted, item);
            behind = follow.follow;
        }
    } while (start_queue->full());
    return true;
}

// Starts all follows, and tries again as long as there is no slot for one of them. No worker takes the slot that a
// starter needs: all databases are asked first, as far as that is possible.
void start_everywhere(List *databases)
{
    List *wanted = NIL;
    for (;;) {
        List *unasked = NIL;
        for (Oid database : each_oid(databases))
            if (!ask(database, wanted))
                unasked = lappend_oid(unasked, database);
        List *left = NIL;
        for (Wanted *item : each<Wanted>(wanted))
            if (!register_worker(item->database, item->follow.follow, NameStr(item->follow.name), InvalidTransactionId))
                left = lappend(left, item);
        if (unasked == NIL && left == NIL)
            break;
        if (start_queue->waiting_since() == 0) {
            start_queue->set_waiting_since(GetCurrentTimestamp());
            ereport(LOG, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
                          errmsg("could not resume all follows: no background worker slot is free"),
                          errdetail("It is tried again every %d s.", settings.restart_interval),
                          errhint("%s", more_slots_hint)));
        }
        databases = unasked;
        wanted = left;
        pause_briefly(settings.restart_interval * 1000L);
    }
    start_queue->set_waiting_since(0);
}

int by_number(const ListCell *a, const ListCell *b)
{
    int32 first = static_cast<const Follow *>(lfirst(a))->id;
    int32 second = static_cast<const Follow *>(lfirst(b))->id;
    return first < second ? -1 : first > second;
}

// Tells the launcher which follows of this database should run and have had no worker since the server started.
void list_follows()
{
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    if (OidIsValid(get_extension_oid(extension_name, true))) {
        List *follows = all_follows();
        list_sort(follows, by_number);
        for (Follow *follow : each<Follow>(follows))
            if (follow->id > start_queue->behind() && follow->enabled && follow->state != FollowState::failed &&
                follow->started_at < PgStartTime && worker_pid(follow->id) == 0)
                start_queue->add(follow->id, follow->name);
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
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_IN_USE),
             errmsg("cannot drop extension \"%s\" while this database follows another", extension_name),
             errdetail("Follow \"%s\" has a replication slot on its upstream, which would be left behind and "
                       "keep WAL there.",
                       follow),
             errhint("Call %s first, with force => true if the upstream is gone.", call_for("drop_follow", follow))));
}

// The same for a whole database. Its follows are in its own tables, but their origins can be read from here.
void refuse_followed_database(Oid database)
{
    int count = 0;
    for (FollowOrigin *origin : each<FollowOrigin>(all_follow_origins()))
        count += origin->database == database;
    if (count == 0)
        return;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_IN_USE),
             errmsg("database \"%s\" is being used by pg_follower", get_database_name(database)),
             errdetail_plural("It has %d follow, whose replication slot would be left behind upstream and keep WAL.",
                              "It has %d follows, whose replication slots would be left behind upstream and keep WAL.",
                              count, count),
             errhint("Call drop_follow() in it first, with force => true if the upstream is gone.")));
}

// Names what a database left behind that was dropped by a session without this library.
void report_left_behind()
{
    StartTransactionCommand();
    for (FollowOrigin *origin : each<FollowOrigin>(origins_left_behind()))
        ereport(LOG, (errmsg("a database that followed another one was dropped and has left replication origin \"%s\" "
                             "behind",
                             origin->name),
                      errdetail("Replication slot \"%s\" of its upstream keeps WAL.", origin->slot),
                      errhint("Run SELECT pg_drop_replication_slot('%s') on the upstream, and SELECT drop_follow('%s', "
                              "force => true) in a database of this server that has the extension.",
                              origin->slot, origin->slot)));
    CommitTransactionCommand();
}

} // namespace

} // namespace pg_follower::apply

void pg_follower::init_apply()
{
    using namespace apply;
    guard_table("follow", refuse_while_following);
    guard_databases(refuse_followed_database);
    install_function_path();
    install_function_guard();
    if (!library_preloaded)
        return;
    install_start_queue();
    BackgroundWorker entry = describe_worker("pg_follower launcher", "pg_follower_launcher_main");
    // It ends with exit code 0, unless the server crashes while it still has something to do.
    entry.bgw_restart_time = settings.restart_interval;
    RegisterBackgroundWorker(&entry);
}

void pg_follower_launcher_main(Datum)
{
    using namespace pg_follower;
    using namespace pg_follower::apply;
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    start_everywhere(list_databases());
    proc_exit(0);
}

void pg_follower_starter_main(Datum argument)
{
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
    pg_follower::apply::list_follows();
    if (MyBgworkerEntry->bgw_extra[0])
        pg_follower::apply::report_left_behind();
    proc_exit(0);
}
