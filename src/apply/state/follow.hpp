// A follow, as a row of the table follower.follow holds it.
#pragma once

#include "apply/state/live.hpp"
#include "pg_follower/pg.hpp"

extern "C" {
#include "access/transam.h"
#include "access/tupdesc.h"
}

namespace pg_follower::apply {

// How far the initial copy has come.
enum class CopyPhase : int {
    slot,   // the slot is made next
    dump,   // the slot is there; the schema is read upstream next
    schema, // the schema is being made here
    tables, // the schema is there; rows of tables that wait are copied, between parts of the stream
    done,   // nothing is left to be copied
};

// Texts that may be null are null pointers.
struct Follow {
    int32 id;
    NameData name;
    const char *conninfo;
    const char *upstream; // the connection as it may be shown
    NameData slot;
    const char *origin;
    const char *upstream_system;  // system identifier
    int64 upstream_timeline;      // on which it was when the stream was last opened; 0 where that is not known
    const char *upstream_origins; // "any", or "none": without what the upstream received itself
    const char *existing;         // what becomes of what is here already: "error", "keep" or "replace"
    bool allow_newer;             // the upstream may be of a newer version than this server
    XLogRecPtr start_lsn;         // what the upstream committed before this does not come from the slot
    CopyPhase copy_phase;
    bool enabled;       // the user wants it to run
    FollowState state;  // as last written; see true_state
    dsm_handle segment; // of the live figures
    TimestampTz started_at;
    XLogRecPtr single_until; // apply transactions one by one up to here, because a group of them failed
    // A command of the transaction that commits at this upstream position failed, maybe because snapshots older than
    // that xid still see rows that are gone.
    XLogRecPtr blocked_lsn;
    FullTransactionId blocked_xid;
    XLogRecPtr skip_lsn; // the transaction that commits at this upstream position is to be left out; 0 if none is
    const char *last_error;
    const char *last_error_detail;
    const char *last_error_hint;
    const char *last_error_context;
    TimestampTz last_error_at; // 0 if there has been none
    const char *last_error_sqlstate;
    const char *last_error_command;      // "INSERT", a command tag, ...; null, as all to last_error_committed_at, if no
                                         // transaction was being applied
    const char *last_error_object;       // the table, or what the command is about
    const char *last_error_statement;    // the row's values, or the command's text, where it may be shown
    TransactionId last_error_xid;        // of the upstream
    TimestampTz last_error_committed_at; // upstream
    XLogRecPtr last_error_lsn;           // of the upstream's commit; 0 if no transaction was being applied
    int64 last_error_count; // how often the error has been raised in a row; 0 while it is not clear where it was raised
    int32 tries;            // that failed in a row with an error of its kind
    TimestampTz next_try_at;            // 0 where none is due
    TimestampTz last_error_resolved_at; // when the worker had got past it; 0 if it has not
    int64 large_objects;                // of the upstream, when its connection was last opened
    // The slots of the follows that lead to the upstream, on any number of ways, separated by commas. As the upstream
    // told when it was last asked.
    const char *upstream_slots;
    const char *sync_error; // why sequences or large objects could not be read at the last try; null if they could
    Figures figures;
};

// Reads a row of the table, and makes one, by the names of its columns.
Follow *follow_from_tuple(TupleDesc description, HeapTuple tuple);
HeapTuple tuple_from_follow(TupleDesc description, const Follow &follow);

// What the column of that name holds of the follow. Raises an error where there is no such column.
Datum value_of(const Follow &follow, const char *column, bool &null);

} // namespace pg_follower::apply
