// The functions behind the views follow_status and follow_slots.
//
// How far a follow is behind is a question to the upstream (upstream_position.hpp), which takes a connection to it. The
// view asks only where somebody reads these columns. The connection is made with the follow's own connection string,
// whoever reads the view: it runs one fixed query, and shows nothing but a distance and a time.
#include "apply/interface/arguments.hpp"
#include "apply/state/latch_pause.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "apply/state/start_queue.hpp"
#include "apply/state/state.hpp"
#include "apply/upstream/upstream_position.hpp"

extern "C" {
#include "access/xlog.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pg_follower_status);
PG_FUNCTION_INFO_V1(pg_follower_lag);
PG_FUNCTION_INFO_V1(pg_follower_slot);
PG_FUNCTION_INFO_V1(pg_follower_slot_waits_for);
}

namespace pg_follower::apply {
namespace {

// A follow as it is at this moment.
struct Status {
    Follow follow;
    int pid;                   // 0 where no worker runs
    TimestampTz in_hand_since; // when the oldest transaction that is being applied committed upstream; 0 if none is
};

Datum follow_name(const Status &status, bool &)
{
    return NameGetDatum(&status.follow.name);
}

Datum pid(const Status &status, bool &null)
{
    null = status.pid == 0;
    return Int32GetDatum(status.pid);
}

Datum position_or_null(XLogRecPtr position, bool &null)
{
    null = position == 0;
    return LSNGetDatum(position);
}

Datum received_lsn(const Status &status, bool &null)
{
    return position_or_null(status.follow.figures.received_lsn, null);
}

// Before the copy is over there is no position before which everything is here.
Datum applied_lsn(const Status &status, bool &null)
{
    if (status.follow.copy_phase != CopyPhase::done) {
        null = true;
        return (Datum)0;
    }
    return position_or_null(status.follow.figures.applied_lsn, null);
}

Datum last_error_lsn(const Status &status, bool &null)
{
    return position_or_null(status.follow.last_error_lsn, null);
}

Datum last_error_count(const Status &status, bool &null)
{
    null = !status.follow.last_error;
    return Int64GetDatum(Max(status.follow.last_error_count, 1));
}

// The sessions that hold or await the lock for which the worker waits.
Datum blocked_by(const Status &status, bool &null)
{
    null = status.pid == 0;
    if (null)
        return (Datum)0;
    Datum pids = DirectFunctionCall1(pg_blocking_pids, Int32GetDatum(status.pid));
    null = ARR_NDIM(DatumGetArrayTypeP(pids)) == 0;
    return pids;
}

struct StatusColumn {
    const char *name;
    Datum (*value)(const Status &status, bool &null);
};

// The columns that show something else than the column of follower.follow with the same name.
constexpr StatusColumn status_columns[] = {
    {"follow_name", follow_name},
    {"pid", pid},
    {"received_lsn", received_lsn},
    {"applied_lsn", applied_lsn},
    {"blocked_by", blocked_by},
    {"last_error_lsn", last_error_lsn},
    {"last_error_count", last_error_count},
};

Datum status_value(const Status &status, const char *column, bool &null)
{
    for (const StatusColumn &known : status_columns)
        if (strcmp(known.name, column) == 0)
            return known.value(status, null);
    return value_of(status.follow, column, null);
}

// Where the launcher cannot start the follow's worker, nobody can write the reason to the follow's row.
void note_lack_of_slots(Status &status)
{
    Follow &follow = status.follow;
    TimestampTz since = start_queue ? start_queue->waiting_since() : 0;
    if (status.pid != 0 || since == 0 || follow.state != FollowState::starting)
        return;
    follow.last_error = "no background worker slot is free";
    follow.last_error_sqlstate = "53400"; // configuration_limit_exceeded
    follow.last_error_command = nullptr;
    follow.last_error_object = nullptr;
    follow.last_error_statement = nullptr;
    follow.last_error_xid = InvalidTransactionId;
    follow.last_error_lsn = 0;
    follow.last_error_committed_at = 0;
    follow.last_error_count = 1;
    follow.last_error_detail = "The launcher tries again to start the worker.";
    follow.last_error_hint = more_slots_hint;
    follow.last_error_context = nullptr;
    follow.last_error_at = since;
    follow.last_error_resolved_at = 0;
}

Status status_of(const Follow &follow)
{
    Status status = {follow, worker_pid(follow.id), 0};
    status.follow.state = true_state(follow, status.pid);
    LiveReader live(status.pid ? follow.segment : 0, follow.id);
    if (live && live->pid == status.pid) {
        LiveReader::View now = live.read();
        status.follow.state = now.state;
        status.follow.figures = now.figures;
        status.in_hand_since = now.in_hand_since;
    }
    live.detach();
    // A standby learns of the figures when the worker saves them, and of the position with each commit.
    if (RecoveryInProgress()) {
        Figures &figures = status.follow.figures;
        figures.applied_lsn = Max(figures.applied_lsn, replayed_position(follow));
        figures.received_lsn = Max(figures.received_lsn, figures.applied_lsn);
    }
    note_lack_of_slots(status);
    return status;
}

// One row of follow_status. Of the connection string, it has no column but the one that may be shown.
void put_status(ReturnSetInfo *result, const Status &status)
{
    TupleDesc description = result->setDesc;
    auto values = allocate<Datum>(description->natts);
    auto nulls = allocate_zeroed<bool>(description->natts);
    for (int i = 0; i < description->natts; ++i)
        values[i] = status_value(status, NameStr(TupleDescAttr(description, i)->attname), nulls[i]);
    tuplestore_putvalues(result->setResult, description, values, nulls);
}

struct Lag {
    bool has_bytes; // the upstream could be reached
    int64 bytes;
    bool has_time;
    int64 microseconds;
};

// What is in WAL may be on its way for a moment. Waits that long for a worker that has nothing in hand.
Status status_after_a_moment(int32 follow, Status status, XLogRecPtr position)
{
    constexpr int tries = 10;
    constexpr long between_milliseconds = 20;
    for (int i = 0; i < tries; ++i) {
        if (status.pid == 0 || status.in_hand_since != 0 || status.follow.figures.applied_lsn >= position)
            break;
        pause_briefly(between_milliseconds);
        const Follow *row = find_follow(follow);
        if (!row)
            break;
        status = status_of(*row);
    }
    return status;
}

Lag lag_of(const Follow &follow)
{
    TimestampTz asked_at = GetCurrentTimestamp();
    XLogRecPtr position = ask_upstream_position(follow.conninfo);
    Status status = status_after_a_moment(follow.id, status_of(follow), position);
    const Figures &figures = status.follow.figures;
    // All that the upstream has written since the slot was made is not here before the copy is over.
    if (follow.copy_phase != CopyPhase::done)
        return {position != 0 && follow.start_lsn != 0, static_cast<int64>(position - follow.start_lsn), true,
                Max(GetCurrentTimestamp() - follow.started_at, 0)};
    if (position != 0 && figures.applied_lsn >= position) {
        LiveReader live(status.pid ? status.follow.segment : 0, follow.id);
        if (live && live->pid == status.pid)
            live.note_caught_up(asked_at);
        live.detach();
        return {true, 0, true, 0};
    }
    // Everything that committed upstream before this is here. The clocks of two servers differ.
    TimestampTz since = status.in_hand_since ? status.in_hand_since : Max(figures.caught_up_at, figures.last_commit_at);
    return {position != 0, static_cast<int64>(position - figures.applied_lsn), since != 0,
            Max(GetCurrentTimestamp() - since, 0)};
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower;
using namespace pg_follower::apply;

// follower.status() → the rows of follow_status
Datum pg_follower_status(PG_FUNCTION_ARGS)
{
    InitMaterializedSRF(fcinfo, 0);
    auto result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    for (Follow *follow : each<Follow>(all_follows()))
        put_status(result, status_of(*follow));
    return (Datum)0;
}

// follower.lag(follow_name name) → lag_bytes bigint, lag_time interval
Datum pg_follower_lag(PG_FUNCTION_ARGS)
{
    TupleDesc description;
    if (get_call_result_type(fcinfo, nullptr, &description) != TYPEFUNC_COMPOSITE)
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the function returns no row")));
    // The follow may have been dropped since the row of follow_status was made.
    const Follow *follow = find_follow(required_name(fcinfo, 0));
    if (!follow)
        PG_RETURN_NULL();
    Lag lag = lag_of(*follow);
    Interval time = {lag.microseconds, 0, 0};
    Datum values[] = {Int64GetDatum(lag.bytes), IntervalPGetDatum(&time)};
    bool nulls[] = {!lag.has_bytes, !lag.has_time};
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}

// follower.slot(follow_name name) → active boolean, wal_status text, retained_bytes bigint, safe_wal_size bigint
Datum pg_follower_slot(PG_FUNCTION_ARGS)
{
    TupleDesc description;
    if (get_call_result_type(fcinfo, nullptr, &description) != TYPEFUNC_COMPOSITE)
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the function returns no row")));
    // The follow may have been dropped since the row of follow_slots was made.
    const Follow *follow = find_follow(required_name(fcinfo, 0));
    const char *values[slot_facts];
    if (!follow || !ask_upstream_slot(follow->conninfo, NameStr(follow->slot), values))
        PG_RETURN_NULL();
    AttInMetadata *columns = TupleDescGetAttInMetadata(description);
    PG_RETURN_DATUM(HeapTupleGetDatum(BuildTupleFromCStrings(columns, const_cast<char **>(values))));
}

// follower.slot_waits_for(follow_name name) → text
Datum pg_follower_slot_waits_for(PG_FUNCTION_ARGS)
{
    const Follow *follow = find_follow(required_name(fcinfo, 0));
    const char *transactions = follow ? ask_oldest_transactions(follow->conninfo) : nullptr;
    if (!transactions)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text(transactions));
}
