// The copy of one table.
//
// A table is copied in one transaction, which also notes that it is: so it is copied as a whole or not at all, whatever
// ends the process. The transaction is this server's own, so it has no origin, and those who follow this database get
// the rows, but for who holds them already (sources.hpp).
#pragma once

#include "apply/copy/source.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {

// What a process that copies tables has.
struct Copy {
    MemoryContext context; // of all that outlives a transaction
    const Follow *follow;
    const char *snapshot;
    XLogRecPtr lsn; // of the snapshot
    bool in_parts;  // large tables are copied so
    Source source;
};

// Runs `body` in a transaction of its own, outside of which the memory context of the copy is the current one.
template <typename Body> void in_transaction(const Copy &copy, Body body)
{
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    body();
    PopActiveSnapshot();
    CommitTransactionCommand();
    MemoryContextSwitchTo(copy.context);
}

// Runs `body` in a transaction of its own. Where it returns false or raises an error, nothing of what it did is kept:
// it is rolled back as a subtransaction, since the abort of a transaction would release the session's locks, too, and
// so that of the follow's worker.
template <typename Body> bool attempt(const Copy &copy, Body body)
{
    // They are volatile because they are set between PG_TRY and a longjmp.
    volatile bool done = false;
    ErrorData *volatile error = nullptr;
    in_transaction(copy, [&] {
        MemoryContext context = CurrentMemoryContext;
        ResourceOwner resource_owner = CurrentResourceOwner;
        BeginInternalSubTransaction(nullptr);
        PG_TRY();
        {
            done = body();
            if (done)
                ReleaseCurrentSubTransaction();
        }
        PG_CATCH();
        {
            MemoryContextSwitchTo(copy.context);
            error = CopyErrorData();
            FlushErrorState();
            done = false;
        }
        PG_END_TRY();
        if (!done)
            RollbackAndReleaseCurrentSubTransaction();
        MemoryContextSwitchTo(context);
        CurrentResourceOwner = resource_owner;
    });
    if (error)
        ReThrowError(error);
    return done;
}

// Whether the rows of the table are copied: as those of the stream, and of materialized views.
bool has_rows_of_upstream(Relation table);

// Tells those who follow this database, in the current transaction, where the rows come from. Returns whether there is
// anybody.
bool tell_followers(const Copy &copy);

// Shows in pg_stat_activity that the table is copied.
void show_table(Relation table);
// Adds that to the error at hand: an ErrorContextScope's callback, which gets a Relation.
void describe_table(void *table);

// Has the server gather statistics of the table. A failure of it is no failure of the copy.
void analyze(const Copy &copy, Oid relid);
// Gives the table, which has so many rows, statistics: those of the upstream, or the server gathers them here. A
// failure of it is no failure of the copy.
void give_statistics(Copy &copy, Oid relid, int64 rows);

// Copies one table, and says in its row what became of it. After an error the table is as it was, but its row may say
// `copying`.
void copy_table(Copy &copy, const SourceTable &task);

} // namespace pg_follower::apply
