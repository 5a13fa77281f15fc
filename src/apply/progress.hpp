// What is being applied at the moment, and how much has been.
#pragma once

#include "live.hpp"
#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// What is being applied, for the context line of errors.
struct Position {
    const char *what;   // "INSERT", a command tag, ...; null between records
    const char *schema; // of the table, or null
    const char *object; // the table or object, or null
    TransactionId upstream_xid;
    XLogRecPtr commit_lsn;
};

// What this process has done.
struct Counts {
    int64 rows;
    int64 missing;
    int64 ddl;
    int64 unsupported;
};

struct Progress {
    Position position;
    Counts counts;
};

// Adds a line about the Position that `argument` points to, to the error at hand: an ErrorContextScope's callback.
void describe_position(void *argument);

// Adds what this process has done to the figures of its follow.
void add_counts(Figures &figures, const Counts &counts);

} // namespace pg_follower::apply
