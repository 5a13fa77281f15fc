// The SQL functions start_follow, stop_follow, resume_follow, drop_follow, wait_for_follow, and the status behind the
// view follow_status.
//
// start_follow checks everything that it can check before it makes anything; what it makes upstream goes again if its
// transaction aborts (pending.cpp). The slot is made before anything is written here: where both databases are of one
// cluster, the slot would wait for the transaction that waits for it.
#include "dropped_objects.hpp"
#include "execute.hpp"
#include "pending.hpp"
#include "query_snapshot.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/pg.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"
#include "state.hpp"
#include "stream.hpp"
#include "worker.hpp"

extern "C" {
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_control.h"
#include "funcapi.h"
#include "replication/origin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(pg_follower_start_follow);
PG_FUNCTION_INFO_V1(pg_follower_stop_follow);
PG_FUNCTION_INFO_V1(pg_follower_resume_follow);
PG_FUNCTION_INFO_V1(pg_follower_drop_follow);
PG_FUNCTION_INFO_V1(pg_follower_wait_for_follow);
PG_FUNCTION_INFO_V1(pg_follower_status);
}

namespace pg_follower::apply {
namespace {

constexpr long poll_milliseconds = 20;

void require_superuser(const char *function)
{
    if (!superuser())
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("must be superuser to call %s()", function)));
}

// A text argument that may not be null.
const char *required_text(FunctionCallInfo fcinfo, int number, const char *name)
{
    if (PG_ARGISNULL(number))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name)));
    return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

const char *required_name(FunctionCallInfo fcinfo, int number)
{
    if (PG_ARGISNULL(number))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("follow_name must not be null")));
    return pstrdup(NameStr(*PG_GETARG_NAME(number)));
}

// Sleeps for a moment, or until the latch is set.
void pause_briefly(long milliseconds)
{
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, milliseconds, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
}

[[noreturn]] void raise_no_worker_slot()
{
    ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("no background worker slot is free"),
                    errhint("Raise max_worker_processes on this server (it needs a restart).")));
    pg_unreachable();
}

// ---------------------------------------------------------------------------------------------- start_follow's checks

void check_downstream(const char *name)
{
    if (RecoveryInProgress())
        ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION), errmsg("cannot follow during recovery"),
                        errhint("A standby shows what its primary follows: call start_follow() there.")));
    if (find_follow(name))
        ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT), errmsg("follow \"%s\" already exists", name),
                        errhint("Give the new follow another name: start_follow(..., follow_name => '...'), or call "
                                "resume_follow() or drop_follow().")));
    int64 origins = query_count("SELECT pg_catalog.count(*) FROM pg_catalog.pg_show_replication_origin_status()");
    if (origins >= origin_limit())
        ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
                        errmsg("no place for another replication origin is free"),
                        errdetail("All %d are in use.", origin_limit()),
                        errhint("Raise %s on this server (it needs a restart).", origin_limit_setting)));
}

// What start_follow wants to know of the upstream, in the order of the query's columns.
enum UpstreamFact : int {
    fact_database,
    fact_database_oid,
    fact_wal_level,
    fact_extension_version,
    fact_may_replicate,
    fact_slots_used,
    fact_slots_limit,
    fact_in_recovery,
    fact_user_object,
    fact_count,
};

constexpr const char *facts_query =
    "SELECT pg_catalog.current_database()::pg_catalog.text,"
    " (SELECT oid::pg_catalog.text FROM pg_catalog.pg_database"
    "   WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()),"
    " pg_catalog.current_setting('wal_level'),"
    " (SELECT extversion FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'pg_follower'),"
    " (SELECT (rolsuper OR rolreplication)::pg_catalog.text FROM pg_catalog.pg_roles"
    "   WHERE rolname OPERATOR(pg_catalog.=) current_user),"
    " (SELECT pg_catalog.count(*)::pg_catalog.text FROM pg_catalog.pg_replication_slots),"
    " pg_catalog.current_setting('max_replication_slots'),"
    " pg_catalog.pg_is_in_recovery()::pg_catalog.text,"
    " (SELECT pg_catalog.pg_describe_object(o.class, o.id, 0) FROM ("
    "    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relnamespace FROM pg_catalog.pg_class"
    "      WHERE relkind OPERATOR(pg_catalog.<>) ALL ('{t,i,I}') AND relpersistence OPERATOR(pg_catalog.<>) 't'"
    "    UNION ALL SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, pronamespace FROM pg_catalog.pg_proc"
    "    UNION ALL SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, oid, typnamespace FROM pg_catalog.pg_type"
    "      WHERE typrelid OPERATOR(pg_catalog.=) 0 AND typcategory OPERATOR(pg_catalog.<>) 'A'"
    "    UNION ALL SELECT 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, oid FROM pg_catalog.pg_namespace"
    "    UNION ALL SELECT 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprnamespace FROM pg_catalog.pg_operator"
    "    UNION ALL SELECT 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, oid, 0 FROM"
    "      pg_catalog.pg_foreign_server"
    "   ) AS o(class, id, namespace)"
    "   WHERE o.id OPERATOR(pg_catalog.>=) 16384"
    "   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid OPERATOR(pg_catalog.=) o.class"
    "     AND d.objid OPERATOR(pg_catalog.=) o.id AND d.deptype OPERATOR(pg_catalog.=) 'e')"
    "   AND NOT EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.oid OPERATOR(pg_catalog.=) o.namespace"
    "     AND n.nspname OPERATOR(pg_catalog.~) '^pg_(temp|toast)')"
    "   ORDER BY o.class, o.id LIMIT 1)";

void check_upstream(Upstream &upstream, bool copy_data)
{
    int major = upstream.server_version() / 10000;
    if (major > PG_VERSION_NUM / 10000)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot follow a server of a newer version"),
                        errdetail("The upstream is PostgreSQL %d, this server is PostgreSQL %d.", major,
                                  PG_VERSION_NUM / 10000)));
    if (major < 15)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot follow PostgreSQL %d", major),
                        errdetail("The oldest version that can be followed is 15.")));

    const char *facts[fact_count];
    upstream.row(facts_query, fact_count, facts);
    if (upstream.is_this_server()) {
        if (strcmp(facts[fact_database_oid], psprintf("%u", MyDatabaseId)) == 0)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a database cannot follow itself"),
                            errdetail("The connection string leads to database \"%s\" of this server.",
                                      facts[fact_database])));
        // The slot waits for all transactions of the cluster that have written.
        if (TransactionIdIsValid(GetTopTransactionIdIfAny()))
            ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                            errmsg("cannot start to follow a database of the same server in a transaction that has "
                                   "made changes"),
                            errhint("Call start_follow() in a transaction of its own.")));
    }
    if (strcmp(facts[fact_in_recovery], "true") == 0 && major < 16)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("upstream is a standby"),
                        errdetail("A standby can be followed from PostgreSQL 16 on."), errhint("Follow its primary.")));
    if (strcmp(facts[fact_wal_level], "logical") != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("wal_level of the upstream is \"%s\", but must be \"logical\"", facts[fact_wal_level]),
                        errhint("Set wal_level = logical on the upstream and restart it.")));
    if (!facts[fact_extension_version])
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("database \"%s\" of the upstream does not have the extension \"%s\"",
                               facts[fact_database], extension_name),
                        errhint("Run CREATE EXTENSION %s in it.", extension_name)));
    if (strcmp(facts[fact_extension_version], PGF_VERSION) != 0)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("extension \"%s\" has version %s on the upstream, but version %s here", extension_name,
                               facts[fact_extension_version], PGF_VERSION),
                        errhint("Install the same version on both servers and run ALTER EXTENSION %s UPDATE.",
                                extension_name)));
    if (strcmp(facts[fact_may_replicate], "true") != 0)
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("role of the connection may not replicate from the upstream"),
                        errhint("Give it the attribute: ALTER ROLE ... REPLICATION.")));
    if (atoi(facts[fact_slots_used]) >= atoi(facts[fact_slots_limit]))
        ereport(ERROR,
                (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("no replication slot of the upstream is free"),
                 errdetail("All %s are in use.", facts[fact_slots_limit]),
                 errhint("Raise max_replication_slots on the upstream (it needs a restart).")));
    if (copy_data && facts[fact_user_object])
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("copying what the upstream holds already is not supported yet"),
                        errdetail("Database \"%s\" of the upstream holds, for example, %s.", facts[fact_database],
                                  facts[fact_user_object]),
                        errhint("Use copy_data => false, which follows from now on.")));
    upstream.allow_plugin();
}

// ----------------------------------------------------------------------------------------------------------
// start_follow

// A number that no follow of this database has had, in all likelihood: a slot that was left behind may bear it. Not
// from a sequence, which would give this transaction an id before the slot is made.
int32 new_follow_id()
{
    for (;;) {
        uint32 random;
        if (!pg_strong_random(&random, sizeof(random)))
            ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random bytes")));
        auto id = static_cast<int32>(random & 0x7fffffff);
        if (id != 0 && !find_follow(id))
            return id;
    }
}

// Makes the slot. If that is interrupted, ends the upstream's process, which else would go on to make it.
XLogRecPtr make_slot(Upstream &upstream, const Follow &follow)
{
    volatile XLogRecPtr start = 0;
    PG_TRY();
    {
        start = upstream.create_slot(NameStr(follow.slot));
    }
    PG_CATCH();
    {
        if (geterrcode() == ERRCODE_QUERY_CANCELED) {
            const char *error;
            Upstream second = Upstream::try_connect(follow.conninfo, worker_name(NameStr(follow.name)), &error);
            if (second.is_open())
                (void)second.try_command(
                    psprintf("DO 'BEGIN PERFORM pg_catalog.pg_terminate_backend(%d); END'", upstream.backend_pid()));
            second.close();
        }
        PG_RE_THROW();
    }
    PG_END_TRY();
    return start;
}

// Makes the replication origin, without the position of one of the same number that an aborted transaction may have
// left in memory.
void make_origin(const char *name)
{
    RepOriginId origin = replorigin_create(name);
    if (replorigin_get_progress(origin, false) != InvalidXLogRecPtr)
        replorigin_advance(origin, InvalidXLogRecPtr, InvalidXLogRecPtr, true, true);
}

// Gives the keyless tables that exist upstream a replica identity, so that their updates and deletes follow. The slot
// is there already, so the change itself follows, too.
void give_replica_identities(Upstream &upstream)
{
    const char *facts[2];
    upstream.row("SELECT pg_catalog.current_setting('is_superuser'), pg_catalog.count(*)::pg_catalog.text"
                 " FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.>=) 16384"
                 " AND c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relpersistence OPERATOR(pg_catalog.=) 'p'"
                 " AND c.relreplident OPERATOR(pg_catalog.=) 'd' AND NOT pg_catalog.pg_is_in_recovery()"
                 " AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i"
                 "   WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisprimary)"
                 " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d"
                 "   WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
                 "   AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')",
                 2, facts);
    if (strcmp(facts[1], "0") == 0)
        return;
    if (strcmp(facts[0], "on") == 0)
        upstream.row("SELECT follower.set_replica_identities()::pg_catalog.text", 1, facts);
    else
        ereport(WARNING,
                (errmsg("%s tables of the upstream have no primary key and no other replica identity", facts[1]),
                 errdetail("Updates and deletes of their rows cannot follow."),
                 errhint("Run SELECT follower.set_replica_identities() on the upstream as a superuser.")));
}

void start_follow(const char *conninfo, const char *name, bool copy_data)
{
    check_conninfo(conninfo);
    check_downstream(name);

    Follow follow = {};
    follow.id = new_follow_id();
    namestrcpy(&follow.name, name);
    follow.conninfo = conninfo;
    follow.enabled = true;
    follow.state = FollowState::starting;
    follow.started_at = GetCurrentTimestamp();
    snprintf(NameStr(follow.slot), NAMEDATALEN, "pg_follower_" UINT64_FORMAT "_%u_%d", GetSystemIdentifier(),
             MyDatabaseId, follow.id);
    follow.origin = psprintf("pg_follower_%u_%d", MyDatabaseId, follow.id);

    // Closed by the end of the transaction from on_abort_drop_slot on, before that here.
    static Upstream upstream;
    upstream = Upstream::connect(conninfo, worker_name(name));
    PG_TRY();
    {
        check_upstream(upstream, copy_data);
        follow.upstream = upstream.display_name();
        follow.large_objects = upstream.large_objects();
        follow.start_lsn = make_slot(upstream, follow);
    }
    PG_CATCH();
    {
        upstream.close();
        PG_RE_THROW();
    }
    PG_END_TRY();
    on_abort_drop_slot(follow, upstream);
    give_replica_identities(upstream);

    if (follow.large_objects > 0)
        ereport(WARNING, (errmsg("%lld large objects of the upstream do not follow", (long long)follow.large_objects),
                          errdetail("Logical decoding does not see them."),
                          errhint("Keep such data in columns of type bytea, or copy large objects by other means.")));
    make_origin(follow.origin);
    insert_follow(follow);
    if (!register_worker(MyDatabaseId, follow.id, name, GetTopTransactionId()))
        raise_no_worker_slot();
    if (!library_preloaded)
        ereport(NOTICE, (errmsg("follow \"%s\" will not resume by itself after a restart of this server", name),
                         errhint("Add pg_follower to shared_preload_libraries, or call resume_follow() after each "
                                 "restart.")));
}

// ----------------------------------------------------------------------------------------- stop, resume, drop

// Ends the follow's worker, waits until it is gone, and keeps others from starting until the transaction ends. Returns
// whether there was one.
bool stop_worker(int32 follow)
{
    int told = 0;
    while (!try_command_lock(follow)) {
        int pid = worker_pid(follow);
        if (pid != 0 && pid != told) {
            Follow *row = find_follow(follow);
            LiveReader live(row ? row->segment : 0, follow);
            // Not yet, if it has only just started.
            if (live && live->pid == pid) {
                pg_atomic_write_u32(&live->stop_requested, 1);
                (void)kill(pid, SIGTERM);
                told = pid;
            }
            live.detach();
        }
        pause_briefly(poll_milliseconds);
    }
    // The lock goes a little before the process does.
    while (told != 0 && BackendPidGetProc(told))
        pause_briefly(poll_milliseconds);
    return told != 0;
}

void stop_follow(const char *name)
{
    Follow *follow = require_follow(name);
    bool ran = stop_worker(follow->id);
    follow = require_follow(name);
    if (!follow->enabled)
        ereport(NOTICE, (errmsg("follow \"%s\" is stopped already", name)));
    follow->enabled = false;
    follow->state = FollowState::stopped;
    follow->segment = 0;
    update_follow(*follow);
    if (ran)
        on_abort_restart_worker(*follow);
}

void resume_follow(const char *name)
{
    Follow *follow = require_follow(name);
    if (!try_command_lock(follow->id)) {
        if (worker_pid(follow->id) != 0) {
            ereport(NOTICE, (errmsg("follow \"%s\" is running already", name)));
            return;
        }
        take_command_lock(follow->id);
    }
    follow = require_follow(name);
    follow->enabled = true;
    follow->state = FollowState::starting;
    follow->started_at = GetCurrentTimestamp();
    update_follow(*follow);
    if (!register_worker(MyDatabaseId, follow->id, name, GetTopTransactionId()))
        raise_no_worker_slot();
}

void drop_follow(const char *name, bool force)
{
    Follow *follow = require_follow(name);
    bool ran = stop_worker(follow->id);
    follow = require_follow(name);
    const char *error;
    Upstream upstream = Upstream::try_connect(follow->conninfo, worker_name(name), &error);
    if (!upstream.is_open())
        ereport(force ? WARNING : ERROR,
                (errcode(ERRCODE_CONNECTION_FAILURE),
                 errmsg("could not connect to the upstream to drop replication slot \"%s\"", NameStr(follow->slot)),
                 errdetail_internal("%s", error),
                 force
                     ? errhint("If the upstream still exists, drop the slot there with pg_drop_replication_slot(): it "
                               "keeps WAL.")
                     : errhint("Use drop_follow(force => true) to leave the slot to the upstream.")));
    on_commit_drop(*follow, upstream);
    if (ran)
        on_abort_restart_worker(*follow);
    delete_follow(follow->id);
    forget_dropped_objects(follow->id);
}

// ------------------------------------------------------------------------------------------------- wait_for_follow

// The position that the upstream has reached now: that of an empty message, whose commit also makes it durable.
XLogRecPtr upstream_position(const Follow &follow)
{
    static Upstream upstream;
    volatile XLogRecPtr position = 0;
    upstream = Upstream::connect(follow.conninfo, worker_name(NameStr(follow.name)));
    PG_TRY();
    {
        const char *lsn = upstream.value("SELECT (CASE WHEN pg_catalog.pg_is_in_recovery()"
                                         " THEN pg_catalog.pg_last_wal_replay_lsn()"
                                         " ELSE pg_catalog.pg_logical_emit_message(true, 'pg_follower wait', '')"
                                         " END)::pg_catalog.text");
        position = DatumGetLSN(DirectFunctionCall1(pg_lsn_in, CStringGetDatum(lsn)));
    }
    PG_FINALLY();
    {
        upstream.close();
    }
    PG_END_TRY();
    return position;
}

// Raises why a follow that does not run will not come to the position by itself.
void check_progress(const Follow &follow, int pid)
{
    const char *name = NameStr(follow.name);
    switch (true_state(follow, pid)) {
    case FollowState::failed:
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("follow \"%s\" has failed: %s", name, follow.last_error ? follow.last_error : "no message"),
                 follow.last_error_detail ? errdetail_internal("%s", follow.last_error_detail) : 0,
                 follow.last_error_context ? errcontext("%s", follow.last_error_context) : 0,
                 errhint("%s%sRemove the cause, then call resume_follow().",
                         follow.last_error_hint ? follow.last_error_hint : "", follow.last_error_hint ? " " : "")));
        break;
    case FollowState::stopped:
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("follow \"%s\" is stopped", name),
                        errhint("Call resume_follow().")));
        break;
    default:
        break;
    }
}

// Raises an error where the follow waits for the end of a snapshot that this session holds (see QuerySnapshotPause).
void check_snapshot(const Follow &follow)
{
    TransactionId own = MyProc->xmin;
    if (follow.state == FollowState::retrying && follow.blocked_lsn != 0 && TransactionIdIsValid(own) &&
        TransactionIdPrecedes(own, XidFromFullTransactionId(follow.blocked_xid)))
        ereport(ERROR,
                (errcode(ERRCODE_T_R_DEADLOCK_DETECTED),
                 errmsg("follow \"%s\" waits for the end of a snapshot that this session holds", NameStr(follow.name)),
                 follow.last_error ? errdetail_internal("%s", follow.last_error) : 0,
                 errhint("Call wait_for_follow() again, in a transaction and a statement of its own.")));
}

// Milliseconds from now to `deadline`, at most `most`.
long time_left(TimestampTz deadline, long most)
{
    if (TIMESTAMP_IS_NOEND(deadline))
        return most;
    return Min(TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline), most);
}

// Waits for news of a running worker, for a second at most. Returns whether it has applied everything before `target`.
bool wait_for_news(LiveReader &live, XLogRecPtr target, TimestampTz deadline)
{
    FollowState state;
    Figures figures;
    ConditionVariablePrepareToSleep(&live->changed);
    for (;;) {
        live.read(&state, &figures);
        if (figures.applied_lsn >= target || state == FollowState::failed || state == FollowState::stopped)
            break;
        long left = time_left(deadline, 1000);
        if (left <= 0 || ConditionVariableTimedSleep(&live->changed, left, PG_WAIT_EXTENSION))
            break;
    }
    ConditionVariableCancelSleep();
    return figures.applied_lsn >= target;
}

bool wait_for_follow(const char *name, TimestampTz deadline)
{
    Follow *follow = require_follow(name);
    if (started_here(follow->id))
        ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                        errmsg("cannot wait for a follow in the transaction that starts it")));
    check_progress(*follow, worker_pid(follow->id));
    QuerySnapshotPause pause;
    XLogRecPtr target = upstream_position(*follow);
    for (;;) {
        follow = require_follow(name);
        check_snapshot(*follow);
        int pid = worker_pid(follow->id);
        LiveReader live(pid ? follow->segment : 0, follow->id);
        pause.drop_catalog_snapshot();
        bool reached = live && live->pid == pid && wait_for_news(live, target, deadline);
        bool was_live = static_cast<bool>(live);
        live.detach();
        if (reached)
            return true;
        check_progress(*require_follow(name), worker_pid(follow->id));
        if (time_left(deadline, 1) <= 0)
            return false;
        if (!was_live) {
            pause.drop_catalog_snapshot();
            pause_briefly(time_left(deadline, poll_milliseconds));
        }
    }
}

// ------------------------------------------------------------------------------------------------------------- status

Datum time_or_null(TimestampTz time, bool &null)
{
    null = time == 0;
    return TimestampTzGetDatum(time);
}

Datum text_or_null(const char *text, bool &null)
{
    null = !text;
    return text ? CStringGetTextDatum(text) : (Datum)0;
}

// How far behind the upstream's commits this is, as far as known.
Datum lag(const Figures &figures, bool &null)
{
    TimestampTz from = figures.last_commit_at;
    TimestampTz now = GetCurrentTimestamp();
    if (figures.applied_lsn >= figures.received_lsn)
        from = now;
    null = from == 0;
    return null ? (Datum)0
                : DirectFunctionCall2(timestamp_mi, TimestampTzGetDatum(Max(from, now)), TimestampTzGetDatum(from));
}

constexpr int status_column_count = 21; // of follow_status

// One row of follow_status. Nothing of the connection string but what may be shown.
void put_status(ReturnSetInfo *result, const Follow &follow)
{
    int pid = worker_pid(follow.id);
    Figures figures = follow.figures;
    FollowState state = true_state(follow, pid);
    LiveReader live(pid ? follow.segment : 0, follow.id);
    if (live && live->pid == pid)
        live.read(&state, &figures);
    live.detach();
    bool runs = pid != 0;

    Datum values[status_column_count] = {};
    bool nulls[status_column_count] = {};
    int i = 0;
    values[i++] = NameGetDatum(&follow.name);
    values[i++] = CStringGetTextDatum(state_name(state));
    nulls[i] = !runs;
    values[i++] = Int32GetDatum(pid);
    values[i++] = CStringGetTextDatum(follow.upstream);
    values[i++] = NameGetDatum(&follow.slot);
    nulls[i] = figures.received_lsn == 0;
    values[i++] = LSNGetDatum(figures.received_lsn);
    nulls[i] = figures.applied_lsn == 0;
    values[i++] = LSNGetDatum(figures.applied_lsn);
    nulls[i] = !runs;
    values[i++] = Int64GetDatum(figures.received_lsn > figures.applied_lsn
                                    ? static_cast<int64>(figures.received_lsn - figures.applied_lsn)
                                    : 0);
    values[i] = lag(figures, nulls[i]);
    nulls[i] |= !runs;
    ++i;
    values[i] = time_or_null(figures.last_commit_at, nulls[i]);
    ++i;
    values[i++] = Int64GetDatum(figures.transactions);
    values[i++] = Int64GetDatum(figures.rows_applied);
    values[i++] = Int64GetDatum(figures.ddl_applied);
    values[i++] = Int64GetDatum(figures.rows_missing);
    values[i++] = Int64GetDatum(figures.unsupported);
    values[i++] = Int64GetDatum(follow.large_objects);
    for (const char *text :
         {follow.last_error, follow.last_error_detail, follow.last_error_hint, follow.last_error_context}) {
        values[i] = text_or_null(text, nulls[i]);
        ++i;
    }
    values[i] = time_or_null(follow.last_error_at, nulls[i]);
    ++i;
    Assert(i == status_column_count);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower;
using namespace pg_follower::apply;

// start_follow(conninfo text, follow_name name, copy_data boolean) → void
Datum pg_follower_start_follow(PG_FUNCTION_ARGS)
{
    require_superuser("start_follow");
    const char *conninfo = required_text(fcinfo, 0, "conninfo");
    const char *name = required_name(fcinfo, 1);
    if (PG_ARGISNULL(2))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("copy_data must not be null")));
    start_follow(conninfo, name, PG_GETARG_BOOL(2));
    PG_RETURN_VOID();
}

// stop_follow(follow_name name) → void
Datum pg_follower_stop_follow(PG_FUNCTION_ARGS)
{
    require_superuser("stop_follow");
    stop_follow(required_name(fcinfo, 0));
    PG_RETURN_VOID();
}

// resume_follow(follow_name name) → void
Datum pg_follower_resume_follow(PG_FUNCTION_ARGS)
{
    require_superuser("resume_follow");
    resume_follow(required_name(fcinfo, 0));
    PG_RETURN_VOID();
}

// drop_follow(follow_name name, force boolean) → void
Datum pg_follower_drop_follow(PG_FUNCTION_ARGS)
{
    require_superuser("drop_follow");
    drop_follow(required_name(fcinfo, 0), !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
    PG_RETURN_VOID();
}

// wait_for_follow(timeout interval, follow_name name) → boolean
Datum pg_follower_wait_for_follow(PG_FUNCTION_ARGS)
{
    require_superuser("wait_for_follow");
    TimestampTz deadline = DT_NOEND;
    if (!PG_ARGISNULL(0))
        deadline =
            DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(GetCurrentTimestamp()),
                                                    IntervalPGetDatum(PG_GETARG_INTERVAL_P(0))));
    PG_RETURN_BOOL(wait_for_follow(required_name(fcinfo, 1), deadline));
}

// follower.status() → the rows of follow_status
Datum pg_follower_status(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    auto result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    check_column_count(result->setDesc, status_column_count);
    for (Follow *follow : each<Follow>(all_follows()))
        put_status(result, *follow);
    return (Datum)0;
}
