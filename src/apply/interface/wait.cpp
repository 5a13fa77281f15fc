// The SQL functions wait_for_follow and sync_sequences.
//
// Both ask the worker for a reading of what the stream does not tell (polling.hpp), once it is known up to where the
// stream has to come. A standby has no worker to ask: there sequences are as its primary's worker has last set them.
#include "apply/interface/arguments.hpp"
#include "apply/state/follow_names.hpp"
#include "apply/state/latch_pause.hpp"
#include "apply/interface/pending.hpp"
#include "apply/interface/query_snapshot.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/upstream.hpp"

extern "C" {
#include "access/xlog.h"
#include "storage/proc.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

PG_FUNCTION_INFO_V1(pg_follower_wait_for_follow);
PG_FUNCTION_INFO_V1(pg_follower_sync_sequences);
}

namespace pg_follower::apply {
namespace {

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

// Raises an error with the reason why a follow does not run, where it will not reach the position by itself.
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
                 follow.last_error_hint ? errhint("%s", follow.last_error_hint) : 0));
        break;
    case FollowState::stopped:
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("follow \"%s\" is stopped", name),
                        errhint("Call %s.", call_for("resume_follow", name))));
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

// A request for a reading, which has to be made again where the worker is another one.
struct ReadingRequest {
    int pid = 0;
    uint64 number = 0;
};

void make_request(LiveReader &live, ReadingRequest &request)
{
    if (request.pid == live->pid)
        return;
    request = {live->pid, live.request_reading()};
}

// Raises an error where the upstream has refused what is asked for; warns of a sequence that was left out.
void check_reading(const Readings &readings, const ReadingRequest &request)
{
    if (readings.refused >= request.number)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("could not read sequences or large objects of the upstream"),
                        errdetail_internal("%s", readings.error)));
    if (readings.sequences_done >= request.number && *readings.busy)
        ereport(WARNING, (errmsg("position of sequence %s of the upstream could not be read", readings.busy),
                          errdetail("A transaction there holds the sequence locked."),
                          errhint("Call sync_sequences() when it has ended.")));
}

// Waits for news of a running worker, for a second at most. Returns whether it has applied everything before `target`
// and set what was asked for.
bool wait_for_news(LiveReader &live, XLogRecPtr target, const ReadingRequest &request, bool with_large_objects,
                   TimestampTz deadline)
{
    LiveReader::View news;
    Readings readings;
    auto reached = [&] {
        return news.figures.applied_lsn >= target && readings.sequences_done >= request.number &&
               (readings.objects_done >= request.number || !with_large_objects);
    };
    ConditionVariablePrepareToSleep(&live->changed);
    for (;;) {
        news = live.read();
        readings = live.readings();
        if (reached() || readings.refused >= request.number || news.state == FollowState::failed ||
            news.state == FollowState::stopped)
            break;
        long left = time_left(deadline, 1000);
        if (left <= 0 || ConditionVariableTimedSleep(&live->changed, left, PG_WAIT_EXTENSION))
            break;
    }
    ConditionVariableCancelSleep();
    check_reading(readings, request);
    return reached();
}

bool wait_for_follow(const char *name, bool with_large_objects, TimestampTz deadline)
{
    Follow *follow = require_follow(name);
    if (started_here(follow->id))
        ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                        errmsg("cannot wait for a follow in the transaction that starts it")));
    check_progress(*follow, worker_pid(follow->id));
    QuerySnapshotPause pause;
    XLogRecPtr target = upstream_position(*follow);
    ReadingRequest request;
    for (;;) {
        follow = require_follow(name);
        check_snapshot(*follow);
        int pid = worker_pid(follow->id);
        LiveReader live(pid ? follow->segment : 0, follow->id);
        pause.drop_catalog_snapshot();
        bool was_live = static_cast<bool>(live);
        // What has been applied while tables are still to be copied is not all that was committed before it.
        bool reached = false;
        if (follow->copy_phase != CopyPhase::done)
            was_live = false;
        else if (RecoveryInProgress())
            reached = replayed_position(*follow) >= target;
        else if (live && live->pid == pid) {
            make_request(live, request);
            reached = wait_for_news(live, target, request, with_large_objects, deadline);
        }
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

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower::apply;

// wait_for_follow(timeout interval, follow_name name) → boolean
Datum pg_follower_wait_for_follow(PG_FUNCTION_ARGS)
{
    require_superuser("wait_for_follow");
    TimestampTz deadline = DT_NOEND;
    if (!PG_ARGISNULL(0))
        deadline =
            DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(GetCurrentTimestamp()),
                                                    IntervalPGetDatum(PG_GETARG_INTERVAL_P(0))));
    PG_RETURN_BOOL(wait_for_follow(required_name(fcinfo, 1), true, deadline));
}

// sync_sequences(follow_name name) → void
Datum pg_follower_sync_sequences(PG_FUNCTION_ARGS)
{
    require_superuser("sync_sequences");
    if (RecoveryInProgress())
        ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION), errmsg("cannot set sequences during recovery"),
                        errhint("Call sync_sequences() on the primary.")));
    (void)wait_for_follow(required_name(fcinfo, 0), false, DT_NOEND);
    PG_RETURN_VOID();
}
