// What is known about follows: the table follower.follow, and who works on one.
#pragma once

#include "live.hpp"
#include "pg_follower/pg.hpp"

extern "C" {
#include "access/transam.h"
#include "storage/lock.h"
}

namespace pg_follower::apply {

// A row of follower.follow. Texts that may be null are null pointers.
struct Follow {
    int32 id;
    NameData name;
    const char *conninfo;
    const char *upstream; // the connection as it may be shown
    NameData slot;
    const char *origin;
    XLogRecPtr start_lsn; // where the slot began
    bool enabled;         // the user wants it to run
    FollowState state;    // as last written; see true_state
    dsm_handle segment;   // of the live figures
    TimestampTz started_at;
    XLogRecPtr single_until; // apply transactions one by one up to here, because a group of them failed
    // A command of the transaction that commits at this upstream position failed, maybe because snapshots older than
    // that xid still see rows that are gone.
    XLogRecPtr blocked_lsn;
    FullTransactionId blocked_xid;
    const char *last_error;
    const char *last_error_detail;
    const char *last_error_hint;
    const char *last_error_context;
    TimestampTz last_error_at; // 0 if there has been none
    int64 large_objects;       // of the upstream, when its connection was last opened; they do not follow
    Figures figures;
};

// All of these read what is committed now, whatever snapshot the transaction has, and allocate in the current context.
Follow *find_follow(int32 id);            // null if there is none
Follow *find_follow(const char *name);    // null if there is none
Follow *require_follow(const char *name); // ERRCODE_UNDEFINED_OBJECT if there is none
List *all_follows();

// Writers; each is seen at once by the commands that follow in the transaction.
void insert_follow(const Follow &follow);
void update_follow(const Follow &follow);
void delete_follow(int32 id);
// The name of a follow of this database, read from the table of follows; null where there is none. Reads nothing else
// of the table, which is about to be dropped, or maybe of another version.
const char *some_follow_name(Oid table);

// A command that could not follow, noted in follower.unsupported.
struct UnsupportedNote {
    int32 follow;
    TransactionId upstream_xid;
    XLogRecPtr commit_lsn;
    TimestampTz commit_time;
    const char *tag;
    const char *object;
    const char *role;
    const char *reason;
};
void insert_unsupported(const UnsupportedNote &note);

// Who works on a follow holds a lock on it: its worker for its life, and whoever changes the follow's course until
// the end of the transaction. The second kind waits for the first.
constexpr LOCKMODE worker_lock = ExclusiveLock;
constexpr LOCKMODE command_lock = AccessExclusiveLock;
bool try_worker_lock(int32 follow); // for the session
void take_command_lock(int32 follow);
bool try_command_lock(int32 follow);
// The process that holds the worker's lock; 0 if none does.
int worker_pid(int32 follow);

// The oldest transaction whose deleted rows a snapshot in this database may still see. Needs a transaction.
TransactionId oldest_visible_xid();

// The state to show, given the row and whether a worker runs: a row outlives a server's restart, a worker may not.
FollowState true_state(const Follow &follow, int worker);

// "pg_follower worker", with the follow's name behind it unless that is "default".
const char *worker_name(const char *follow_name);

// Raises an error where an object of the extension does not have the columns that this library knows: the library is
// newer, or older, than the extension's SQL objects in this database.
void check_column_count(TupleDesc description, int count);

} // namespace pg_follower::apply
