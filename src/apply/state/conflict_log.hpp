// Conflicts: changes of the upstream that meet rows which were changed here. The tables follower.conflict_count, which
// counts them, and follower.conflicts, which keeps the newest.
#pragma once

#include "apply/state/state.hpp"

namespace pg_follower::apply {

// The names are those of PostgreSQL 18.
enum class Conflict : int {
    insert_exists,             // an INSERT meets a row with its key
    update_origin_differs,     // an UPDATE meets a row that somebody else has changed
    update_exists,             // an UPDATE gives a row the key of another one
    update_missing,            // the row to update is not there
    delete_origin_differs,     // a DELETE meets a row that somebody else has changed
    delete_missing,            // the row to delete is not there
    multiple_unique_conflicts, // the new row has keys of several unique indexes
};
constexpr int conflict_kinds = 7;

struct ConflictNote {
    UpstreamTransaction transaction;
    Conflict conflict;
    const char *schema;
    const char *table;
    const char *upstream_row;
    const char *local_row; // null where there is none
    TransactionId local_xid;
    const char *local_origin;       // null where it was written on this server, or where that is not known
    TimestampTz local_committed_at; // 0 where it is not known
    const char *resolution;
};

// Counts so many conflicts more.
void count_conflicts(int32 follow, const NameData &follow_name, const char *schema, const char *table,
                     Conflict conflict, int64 count);
// Keeps conflicts, a list of ConflictNote, oldest first, and of all of the follow only the newest
// pg_follower.max_conflicts.
void keep_conflicts(int32 follow, const NameData &follow_name, const List *notes);

} // namespace pg_follower::apply
