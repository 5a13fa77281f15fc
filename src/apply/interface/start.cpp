// The SQL function start_follow.
//
// It checks everything that it can check before it makes anything (start_checks.cpp). What it makes upstream goes again
// if its transaction aborts (pending.cpp). The slot is made before anything is written here: where both databases are
// of one cluster, the slot would wait for the transaction that waits for it.
#include "apply/interface/arguments.hpp"
#include "apply/interface/copy_checks.hpp"
#include "apply/state/follow_names.hpp"
#include "apply/interface/pending.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/settings.hpp"
#include "apply/state/registration.hpp"
#include "apply/interface/start_checks.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/replica_identities.hpp"
#include "apply/upstream/slot.hpp"
#include "apply/upstream/upstream.hpp"

extern "C" {
#include "access/xlog.h"
#include "catalog/pg_control.h"
#include "commands/dbcommands.h"
#include "replication/origin.h"
#include "utils/pg_lsn.h"
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

// Makes the replication origin, and resets the position that an aborted transaction may have left in memory for an
// origin of the same number.
void make_origin(const char *name)
{
    RepOriginId origin = replorigin_create(name);
    if (replorigin_get_progress(origin, false) != InvalidXLogRecPtr)
        replorigin_advance(origin, InvalidXLogRecPtr, InvalidXLogRecPtr, true, true);
}

// What a user may say of the slot.
struct SlotArguments {
    bool create;
    const char *name; // null where it was not given, as is start_lsn
    const XLogRecPtr *start_lsn;
};

SlotSource check_slot_arguments(const SlotArguments &slot, bool copy_data)
{
    if (slot.create) {
        if (slot.name || slot.start_lsn)
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("slot_name and start_lsn are for a slot that is there already"),
                            errhint("Use create_slot => false.")));
        return copy_data ? SlotSource::worker : SlotSource::start;
    }
    if (copy_data)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a copy makes a slot of its own"),
                        errhint("Use create_slot => false together with copy_data => false.")));
    if (!slot.name || !slot.start_lsn)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("create_slot => false needs slot_name and start_lsn"),
                 errdetail("The downstream must hold what was committed upstream before start_lsn, and nothing "
                           "else.")));
    if (strncmp(slot.name, slot_name_prefix, strlen(slot_name_prefix)) != 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_NAME), errmsg("slot_name must begin with \"%s\"", slot_name_prefix),
                        errdetail("The replication origin of the follow is named after its slot.")));
    for (Follow *other : each<Follow>(all_follows()))
        if (strcmp(NameStr(other->slot), slot.name) == 0)
            ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
                            errmsg("follow \"%s\" has the slot \"%s\"", NameStr(other->name), slot.name),
                            errhint("Each follow needs a slot of its own name.")));
    return SlotSource::given;
}

void start_follow(const char *conninfo, const char *name, bool copy_data, const char *origins, const char *existing,
                  bool allow_newer, const SlotArguments &slot)
{
    check_origins(origins);
    check_existing(existing);
    check_conninfo(conninfo);
    SlotSource source = check_slot_arguments(slot, copy_data);
    check_downstream(name);

    Follow follow = {};
    follow.id = new_follow_id();
    namestrcpy(&follow.name, name);
    follow.conninfo = conninfo;
    follow.upstream_origins = origins;
    follow.existing = existing;
    follow.allow_newer = allow_newer;
    follow.enabled = true;
    follow.state = FollowState::starting;
    follow.copy_phase = copy_data ? CopyPhase::slot : CopyPhase::done;
    follow.started_at = GetCurrentTimestamp();
    follow.figures.caught_up_at = follow.started_at;
    if (source == SlotSource::given) {
        namestrcpy(&follow.slot, slot.name);
        follow.start_lsn = *slot.start_lsn;
    } else
        write_slot_name(follow.slot, get_database_name(MyDatabaseId), name, follow.id);
    follow.origin = origin_name(MyDatabaseId, NameStr(follow.slot));

    // From note_start on, the end of the transaction closes the connection; before, this function does.
    static Upstream upstream;
    volatile bool preloaded_upstream = false;
    upstream = Upstream::connect(conninfo, worker_name(name));
    PG_TRY();
    {
        preloaded_upstream = check_upstream(upstream, source, allow_newer).preloaded;
        if (copy_data)
            check_copy(upstream, follow);
        follow.upstream = upstream.display_name();
        follow.upstream_system = upstream.system_identifier();
        follow.large_objects = upstream.large_objects();
        // With a copy, the worker makes it, since that can take as long as the oldest transaction upstream does.
        if (source == SlotSource::start) {
            follow.start_lsn = make_slot(upstream, follow);
            PGF_FAILPOINT(start_slot_made);
        } else if (source == SlotSource::given)
            check_given_slot(upstream, follow);
    }
    PG_CATCH();
    {
        upstream.close();
        PG_RE_THROW();
    }
    PG_END_TRY();
    note_start(follow, upstream, source == SlotSource::start);
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
    PGF_FAILPOINT(start_recorded);
    if (!library_preloaded)
        ereport(NOTICE, (errmsg("follow \"%s\" will not resume by itself after a restart of this server", name),
                         errhint("Add pg_follower to shared_preload_libraries, or call resume_follow() after each "
                                 "restart.")));
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower;
using namespace pg_follower::apply;

// start_follow(conninfo text, follow_name name, copy_data boolean, origin text, existing text, allow_newer boolean,
// create_slot boolean, slot_name name, start_lsn pg_lsn) → void
Datum pg_follower_start_follow(PG_FUNCTION_ARGS)
{
    require_superuser("start_follow");
    const char *conninfo = required_text(fcinfo, 0, "conninfo");
    const char *name = required_name(fcinfo, 1);
    XLogRecPtr start_lsn = PG_ARGISNULL(8) ? InvalidXLogRecPtr : PG_GETARG_LSN(8);
    SlotArguments slot = {required_bool(fcinfo, 6, "create_slot"),
                          PG_ARGISNULL(7) ? nullptr : NameStr(*PG_GETARG_NAME(7)),
                          PG_ARGISNULL(8) ? nullptr : &start_lsn};
    start_follow(conninfo, name, required_bool(fcinfo, 2, "copy_data"), required_text(fcinfo, 3, "origin"),
                 required_text(fcinfo, 4, "existing"), required_bool(fcinfo, 5, "allow_newer"), slot);
    PG_RETURN_VOID();
}
