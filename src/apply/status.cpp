// The function behind the view follow_status.
#include "pg_follower/list.hpp"
#include "state.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pg_follower_status);
}

namespace pg_follower::apply {
namespace {

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
