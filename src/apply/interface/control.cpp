// The SQL functions stop_follow, resume_follow, skip_transaction and drop_follow. What they do outside of this
// database's tables waits for the end of their transaction, or is taken back by it (pending.cpp).
#include "apply/interface/control.hpp"

#include "apply/copy/large_objects.hpp"
#include "apply/interface/arguments.hpp"
#include "apply/state/copy_statements.hpp"
#include "apply/state/dropped_objects.hpp"
#include "apply/state/follow_names.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/state/latch_pause.hpp"
#include "apply/interface/pending.hpp"
#include "apply/state/registration.hpp"
#include "apply/state/seen_sequences.hpp"
#include "apply/upstream/slot.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/upstream.hpp"
#include "pg_follower/failpoints.hpp"
#include "pg_follower/list.hpp"

extern "C" {
#include "replication/origin.h"
#include "storage/procarray.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pg_follower_stop_follow);
PG_FUNCTION_INFO_V1(pg_follower_resume_follow);
PG_FUNCTION_INFO_V1(pg_follower_skip_transaction);
PG_FUNCTION_INFO_V1(pg_follower_drop_follow);
}

namespace pg_follower::apply {

bool stop_worker(int32 follow)
{
    int told = 0;
    while (!try_command_lock(follow)) {
        int pid = worker_pid(follow);
        if (pid != 0 && pid != told) {
            Follow *row = find_follow(follow);
            LiveReader live(row ? row->segment : 0, follow);
            // A worker that has only just started has no live figures yet, and is told later.
            if (live && live->pid == pid) {
                pg_atomic_write_u32(&live->stop_requested, 1);
                (void)kill(pid, SIGTERM);
                told = pid;
            }
            live.detach();
        }
        pause_briefly(poll_milliseconds);
    }
    // The process releases the lock a little before it ends.
    while (told != 0 && BackendPidGetProc(told))
        pause_briefly(poll_milliseconds);
    return told != 0;
}

void restart_changed(Follow &follow, bool ran)
{
    bool resumes = follow.enabled && follow.state != FollowState::failed;
    if (resumes) {
        follow.state = FollowState::starting;
        follow.started_at = GetCurrentTimestamp();
        follow.next_try_at = 0;
    }
    update_follow(follow);
    if (ran)
        on_abort_restart_worker(follow);
    if (resumes)
        start_worker_at_commit(follow);
    PGF_FAILPOINT(change_recorded);
}

namespace {

void stop_follow(const char *name)
{
    Follow *follow = require_follow(name);
    bool ran = stop_worker(follow->id);
    follow = require_follow(name);
    PGF_FAILPOINT(stop_worker_gone);
    if (!follow->enabled)
        ereport(NOTICE, (errmsg("follow \"%s\" is stopped already", name)));
    follow->enabled = false;
    follow->state = FollowState::stopped;
    follow->segment = 0;
    update_follow(*follow);
    if (ran)
        on_abort_restart_worker(*follow);
    PGF_FAILPOINT(stop_recorded);
}

// Has the follow run from the commit on.
void enable(Follow &follow)
{
    follow.enabled = true;
    follow.state = FollowState::starting;
    follow.started_at = GetCurrentTimestamp();
    follow.tries = 0;
    follow.next_try_at = 0;
    update_follow(follow);
    start_worker_at_commit(follow);
    PGF_FAILPOINT(resume_recorded);
}

// Has a worker that waits for its next try make it now. Returns whether it waits.
bool hurry_worker(const Follow &follow, int pid)
{
    LiveReader live(follow.segment, follow.id);
    bool waits = live && live->pid == pid && live.read().state == FollowState::retrying;
    if (waits) {
        pg_atomic_write_u32(&live->try_requested, 1);
        // It wakes the worker up.
        (void)kill(pid, SIGHUP);
    }
    live.detach();
    return waits;
}

void resume_follow(const char *name)
{
    Follow *follow = require_follow(name);
    if (!try_command_lock(follow->id)) {
        if (int pid = worker_pid(follow->id); pid != 0) {
            if (hurry_worker(*follow, pid))
                ereport(NOTICE, (errmsg("follow \"%s\" tries again now", name)));
            else
                ereport(NOTICE, (errmsg("follow \"%s\" is running already", name)));
            return;
        }
        take_command_lock(follow->id);
    }
    follow = require_follow(name);
    require_own_follow(*follow);
    enable(*follow);
}

// Raises an error unless the transaction that committed upstream at `lsn` is the one that fails.
void require_failing(const Follow &follow, XLogRecPtr lsn)
{
    bool fails = follow.last_error && follow.last_error_resolved_at == 0 && follow.last_error_count > 0 &&
                 follow.last_error_lsn != 0;
    if (fails && follow.last_error_lsn == lsn)
        return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the transaction that committed at %X/%X is not one that fails in follow \"%s\"",
                           PGF_LSN(lsn), NameStr(follow.name)),
                    fails ? errdetail("The one that fails committed at %X/%X.", PGF_LSN(follow.last_error_lsn))
                          : errdetail("No transaction fails.")));
}

void skip_transaction(XLogRecPtr lsn, const char *name)
{
    Follow *follow = require_follow(name);
    require_own_follow(*follow);
    require_failing(*follow, lsn);
    bool ran = stop_worker(follow->id);
    follow = require_follow(name);
    require_failing(*follow, lsn);
    follow->skip_lsn = lsn;
    enable(*follow);
    if (ran)
        on_abort_restart_worker(*follow);
}

// What a follow left behind whose database was dropped goes by the name of its slot: its own name was in that database.
// Returns whether there is such a one.
bool drop_left_behind(const char *slot, bool force)
{
    for (FollowOrigin *origin : each<FollowOrigin>(origins_left_behind())) {
        if (strcmp(origin->slot, slot) != 0)
            continue;
        ereport(force ? WARNING : ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("replication slot \"%s\" cannot be dropped from here", slot),
                 errdetail("The database that followed was dropped, with the connection string of its upstream."),
                 force ? errhint("If the upstream still exists, run SELECT pg_drop_replication_slot('%s') there: the "
                                 "slot keeps WAL.",
                                 slot)
                       : errhint("Run SELECT pg_drop_replication_slot('%s') on the upstream, then SELECT "
                                 "drop_follow('%s', force => true) here.",
                                 slot, slot)));
        replorigin_drop_by_name(origin->name, true, true);
        return true;
    }
    return false;
}

// Removes all that the extension's tables hold of a follow, but for follower.unsupported.
void forget(const Follow &follow)
{
    delete_follow(follow.id);
    forget_dropped_objects(follow.id);
    forget_seen_sequences(follow.id);
    forget_large_objects(follow.id);
    forget_followed_tables(follow.id);
    forget_copy_statements(follow.id);
}

void drop_follow(const char *name, bool force)
{
    if (!find_follow(name) && drop_left_behind(name, force))
        return;
    Follow *follow = require_follow(name);
    bool ran = stop_worker(follow->id);
    follow = require_follow(name);
    if (!is_of_this_database(*follow)) {
        ereport(NOTICE, (errmsg("replication slot \"%s\" is left to the database of which this one is a copy",
                                NameStr(follow->slot))));
        forget(*follow);
        return;
    }
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
                     : errhint("Use %s to leave the slot to the upstream.",
                               call_for("drop_follow", name, "force => true"))));
    if (upstream.is_open() && is_used_by_another(upstream, *follow)) {
        upstream.close();
        ereport(WARNING,
                (errmsg("replication slot \"%s\" is left on the upstream", NameStr(follow->slot)),
                 errdetail("It has moved on without this database, so another copy of this database may use it."),
                 errhint("If none does, drop it there with pg_drop_replication_slot(): it keeps WAL.")));
    }
    on_commit_drop(*follow, upstream);
    if (ran)
        on_abort_restart_worker(*follow);
    forget(*follow);
    PGF_FAILPOINT(drop_recorded);
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower::apply;

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

// skip_transaction(lsn pg_lsn, follow_name name) → void
Datum pg_follower_skip_transaction(PG_FUNCTION_ARGS)
{
    require_superuser("skip_transaction");
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("lsn must not be null")));
    skip_transaction(PG_GETARG_LSN(0), required_name(fcinfo, 1));
    PG_RETURN_VOID();
}

// drop_follow(follow_name name, force boolean) → void
Datum pg_follower_drop_follow(PG_FUNCTION_ARGS)
{
    require_superuser("drop_follow");
    drop_follow(required_name(fcinfo, 0), !PG_ARGISNULL(1) && PG_GETARG_BOOL(1));
    PG_RETURN_VOID();
}
