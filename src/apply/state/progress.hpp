// What is being applied at the moment, and how much has been.
#pragma once

#include "apply/state/live.hpp"
#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// What is being applied, for the context line of errors.
struct Position {
    const char *what;   // "INSERT", a command tag, ...; null between records
    const char *schema; // of the table, or null
    const char *object; // the table or object, or null
    TransactionId upstream_xid;
    XLogRecPtr commit_lsn;
    TimestampTz commit_time;
};

// A transaction of the upstream.
struct UpstreamTransaction {
    TransactionId xid;
    XLogRecPtr commit_lsn;
    TimestampTz commit_time;
};

// What this process has done.
struct Counts {
    int64 rows;
    int64 missing;
    int64 ddl;
};

struct Progress {
    Position position;
    UpstreamTransaction transaction() const
    {
        return {position.upstream_xid, position.commit_lsn, position.commit_time};
    }
    Counts counts;
    // What pg_stat_activity shows of it: whatever identifies it to show_activity()'s callers; null where it is unknown.
    const void *shown;
};

// Shows in pg_stat_activity that `progress.position` is what is in hand, or `sql` where that is not null, unless it
// shows `what` already.
void show_activity(Progress &progress, const void *what, const char *sql = nullptr);

// Adds a line about the Position that `argument` points to, to the error at hand: an ErrorContextScope's callback.
void describe_position(void *argument);

// Adds what this process has done to the figures of its follow.
void add_counts(Figures &figures, const Counts &counts);

} // namespace pg_follower::apply
