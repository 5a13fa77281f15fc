// The SQL function start_follow.
//
// It checks everything that it can check before it makes anything (start_checks.cpp). What it makes upstream goes again
// if its transaction aborts (pending.cpp). The slot is made before anything is written here: where both databases are
// of one cluster, the slot would wait for the transaction that waits for it.
#include "apply/interface/arguments.hpp"
#include "apply/interface/copy_checks.hpp"
#include "apply/state/follow_names.hpp"
#include "apply/interface/pending.hpp"
#include "pg_follower/settings.hpp"
#include "apply/state/registration.hpp"
#include "apply/interface/start_checks.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/upstream.hpp"

extern "C" {
#include "access/xlog.h"
#include "catalog/pg_control.h"
#include "commands/dbcommands.h"
#include "replication/origin.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pg_follower_start_follow);
}

namespace pg_follower::apply {
namespace {

// A random number, which in all likelihood no follow of this database has had: a slot that was left behind may have the
// number of its follow in its name. A sequence would give this transaction an id before the slot is made.
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

// Makes the slot. If that is interrupted, ends the upstream's process, which would otherwise go on making it.
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

// Makes the replication origin, and resets the position that an aborted transaction may have left in memory for an
// origin of the same number.
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
    if (strcmp(facts[0], "on") == 0) {
        const char *changed = upstream.value("SELECT follower.set_replica_identities()::pg_catalog.text");
        if (int count = atoi(changed); count > 0)
            ereport(
                NOTICE,
                (errmsg_plural("%d table of the upstream without a key now has REPLICA IDENTITY FULL",
                               "%d tables of the upstream without a key now have REPLICA IDENTITY FULL", count, count),
                 errdetail("Otherwise updates and deletes of their rows could not follow."),
                 errhint("The table follower.keyless_table of the upstream lists them. drop_follow() of the last "
                         "follow takes it back.")));
    } else
        ereport(WARNING, (errmsg_plural("%s table of the upstream has no primary key and no other replica identity",
                                        "%s tables of the upstream have no primary key and no other replica identity",
                                        atoi(facts[1]), facts[1]),
                          errdetail("Updates and deletes of their rows cannot follow."),
                          errhint("Run SELECT follower.set_replica_identities() on the upstream as a superuser.")));
}

void start_follow(const char *conninfo, const char *name, bool copy_data, const char *origins, const char *existing)
{
    check_origins(origins);
    check_existing(existing);
    check_conninfo(conninfo);
    check_downstream(name);

    Follow follow = {};
    follow.id = new_follow_id();
    namestrcpy(&follow.name, name);
    follow.conninfo = conninfo;
    follow.upstream_origins = origins;
    follow.existing = existing;
    follow.enabled = true;
    follow.state = FollowState::starting;
    follow.copy_phase = CopyPhase::done;
    follow.started_at = GetCurrentTimestamp();
    follow.figures.caught_up_at = follow.started_at;
    write_slot_name(follow.slot, get_database_name(MyDatabaseId), name, follow.id);
    follow.origin = origin_name(MyDatabaseId, NameStr(follow.slot));

    // From on_abort_drop_slot on, the end of the transaction closes the connection; before, this function does.
    static Upstream upstream;
    volatile bool preloaded_upstream = false;
    upstream = Upstream::connect(conninfo, worker_name(name));
    PG_TRY();
    {
        preloaded_upstream = check_upstream(upstream, copy_data).preloaded;
        if (copy_data)
            check_copy(upstream, follow);
        follow.upstream = upstream.display_name();
        follow.upstream_system = upstream.system_identifier();
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

    if (follow.large_objects > 0 && !settings.large_objects)
        ereport(WARNING, (errmsg_plural("%lld large object of the upstream does not follow",
                                        "%lld large objects of the upstream do not follow",
                                        static_cast<unsigned long>(follow.large_objects),
                                        static_cast<long long>(follow.large_objects)),
                          errhint("Set pg_follower.large_objects = on.")));
    if (!preloaded_upstream)
        ereport(
            WARNING,
            (errmsg("upstream does not have pg_follower in shared_preload_libraries"),
             errdetail("Roles that commands need are not created here, and commands about roles, event triggers and "
                       "the database itself, REASSIGN OWNED, and the marks of CLUSTER and REINDEX do not follow."),
             errhint("Add pg_follower to shared_preload_libraries on the upstream (it needs a restart).")));
    make_origin(follow.origin);
    insert_follow(follow);
    start_worker_at_commit(follow);
    if (!library_preloaded)
        ereport(NOTICE, (errmsg("follow \"%s\" will not resume by itself after a restart of this server", name),
                         errhint("Add pg_follower to shared_preload_libraries, or call resume_follow() after each "
                                 "restart.")));
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower;
using namespace pg_follower::apply;

// start_follow(conninfo text, follow_name name, copy_data boolean, origin text, existing text) → void
Datum pg_follower_start_follow(PG_FUNCTION_ARGS)
{
    require_superuser("start_follow");
    const char *conninfo = required_text(fcinfo, 0, "conninfo");
    const char *name = required_name(fcinfo, 1);
    if (PG_ARGISNULL(2))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("copy_data must not be null")));
    start_follow(conninfo, name, PG_GETARG_BOOL(2), required_text(fcinfo, 3, "origin"),
                 required_text(fcinfo, 4, "existing"));
    PG_RETURN_VOID();
}
