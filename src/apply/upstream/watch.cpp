// See watch.hpp.
#include "apply/upstream/watch.hpp"

#include "apply/upstream/upstream_position.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "replication/walreceiver.h"
}

namespace pg_follower::apply {
namespace {

constexpr int lag_interval_milliseconds = 60000;
constexpr int64 bytes_per_kilobyte = 1024;

} // namespace

bool SilenceWatch::waits(TimestampTz now)
{
    if (waits_since_ == 0) {
        waits_since_ = now;
        asked_ = false;
    }
    if (wal_receiver_timeout <= 0)
        return false;
    if (TimestampDifferenceExceeds(waits_since_, now, wal_receiver_timeout) && asked_)
        ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE),
                        errmsg("upstream has not answered within wal_receiver_timeout (%d ms)", wal_receiver_timeout)));
    if (asked_ || !TimestampDifferenceExceeds(waits_since_, now, wal_receiver_timeout / 2))
        return false;
    // It has the second half of the time for an answer, also where this process comes late.
    waits_since_ = TimestampTzPlusMilliseconds(now, -(wal_receiver_timeout / 2));
    asked_ = true;
    return true;
}

long SilenceWatch::milliseconds_left(TimestampTz now) const
{
    if (wal_receiver_timeout <= 0 || waits_since_ == 0)
        return -1;
    int timeout = asked_ ? wal_receiver_timeout : wal_receiver_timeout / 2;
    // A millisecond more, since the difference must be exceeded.
    return TimestampDifferenceMilliseconds(now, TimestampTzPlusMilliseconds(waits_since_, timeout)) + 1;
}

void LagWatch::check(const char *follow, const char *conninfo, XLogRecPtr applied, TimestampTz now)
{
    if (settings.max_lag_bytes == 0 || !TimestampDifferenceExceeds(checked_at_, now, lag_interval_milliseconds))
        return;
    checked_at_ = now;
    XLogRecPtr position = ask_upstream_position(conninfo);
    int64 lag = position > applied ? static_cast<int64>(position - applied) : 0;
    if (lag <= settings.max_lag_bytes * bytes_per_kilobyte)
        return;
    ereport(WARNING, (errmsg("follow \"%s\" is %lld bytes behind its upstream", follow, static_cast<long long>(lag)),
                      errdetail("The upstream is at %X/%X, and everything before %X/%X is here.", PGF_LSN(position),
                                PGF_LSN(applied)),
                      errhint("The view follow_status tells whether the worker waits for a lock (blocked_by).")));
}

} // namespace pg_follower::apply
