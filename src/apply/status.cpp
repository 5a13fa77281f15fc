// The function behind the view follow_status.
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "state.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pg_follower_status);
}

namespace pg_follower::apply {
namespace {

// A follow as it is at this moment.
struct Status {
    Follow follow;
    int pid; // 0 where no worker runs
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

Datum applied_lsn(const Status &status, bool &null)
{
    return position_or_null(status.follow.figures.applied_lsn, null);
}

Datum lag_bytes(const Status &status, bool &null)
{
    const Figures &figures = status.follow.figures;
    null = status.pid == 0;
    return Int64GetDatum(figures.received_lsn > figures.applied_lsn
                             ? static_cast<int64>(figures.received_lsn - figures.applied_lsn)
                             : 0);
}

// How far behind the upstream's commits this is, as far as known.
Datum lag_time(const Status &status, bool &null)
{
    const Figures &figures = status.follow.figures;
    TimestampTz now = GetCurrentTimestamp();
    TimestampTz from = figures.applied_lsn >= figures.received_lsn ? now : figures.last_commit_at;
    null = status.pid == 0 || from == 0;
    return null ? (Datum)0
                : DirectFunctionCall2(timestamp_mi, TimestampTzGetDatum(Max(from, now)), TimestampTzGetDatum(from));
}

struct StatusColumn {
    const char *name;
    Datum (*value)(const Status &status, bool &null);
};

// The columns that show something else than the column of follower.follow with the same name.
constexpr StatusColumn status_columns[] = {
    {"follow_name", follow_name}, {"pid", pid},           {"received_lsn", received_lsn}, {"applied_lsn", applied_lsn},
    {"lag_bytes", lag_bytes},     {"lag_time", lag_time},
};

Datum status_value(const Status &status, const char *column, bool &null)
{
    for (const StatusColumn &known : status_columns)
        if (strcmp(known.name, column) == 0)
            return known.value(status, null);
    return value_of(status.follow, column, null);
}

Status status_of(const Follow &follow)
{
    Status status = {follow, worker_pid(follow.id)};
    status.follow.state = true_state(follow, status.pid);
    LiveReader live(status.pid ? follow.segment : 0, follow.id);
    if (live && live->pid == status.pid)
        live.read(&status.follow.state, &status.follow.figures);
    live.detach();
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
