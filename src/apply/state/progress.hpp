// What is being applied at the moment, and how much has been.
#pragma once

#include "apply/state/live.hpp"
#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// What is being applied, for what is told about errors.
struct Position {
    const char *what;   // "INSERT", a command tag, ...; null between records
    const char *schema; // of the table, or null
    const char *object; // the table or object, or null
    TransactionId upstream_xid;
    XLogRecPtr commit_lsn;
    TimestampTz commit_time;
    const char *sql; // the command's text, where it may be shown; else null
    // The row in hand, and how its values are written; null where no single row is in hand. The writer may be called
    // while an error is reported, so it calls nothing that may fail.
    void (*write_row)(StringInfo out, const void *row);
    const void *row;
    int rows; // that are applied in one go; 0 where that is none or one

    // Goes on to something else of the same transaction.
    void set(const char *next_what, const char *next_schema, const char *next_object, const char *next_sql = nullptr)
    {
        what = next_what;
        schema = next_schema;
        object = next_object;
        sql = next_sql;
        write_row = nullptr;
        row = nullptr;
        rows = 0;
    }
};

// What a statement is about, as "table public.t" or as the upstream names the object; null where that is not known. And
// the statement itself: the text of the command, or the row's values; null where they are not known or may not be
// shown.
const char *object_at(const Position &position);
const char *statement_at(const Position &position);

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
