// What is known about follows: the table follower.follow, and who works on one.
#pragma once

#include "apply/state/follow.hpp"
#include "pg_follower/pg.hpp"
#include "apply/state/progress.hpp"

extern "C" {
#include "access/xact.h"
#include "storage/lock.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {

// All of these read what is committed now, whatever snapshot the transaction has, and allocate in the current context.
Follow *find_follow(int32 id);            // null if there is none
Follow *find_follow(const char *name);    // null if there is none
Follow *require_follow(const char *name); // ERRCODE_UNDEFINED_OBJECT if there is none
List *all_follows();

// Later commands of the same transaction see at once what these write.
void insert_follow(const Follow &follow);
void update_follow(const Follow &follow);
void delete_follow(int32 id);
// The name of a follow of this database, read from the table of follows; null where there is none. Reads nothing else
// of the table, which is about to be dropped, or maybe of another version.
const char *some_follow_name(Oid table);

// A command, or rows, that could not follow, noted in follower.unsupported.
struct UnsupportedNote {
    int32 follow;
    NameData follow_name;
    UpstreamTransaction transaction;
    const char *tag;
    const char *object;
    const char *role;
    const char *reason;
    const char *statement; // null where it is not known, or may hold a secret
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

// On a standby of this server: everything that committed upstream before this position has been replayed.
XLogRecPtr replayed_position(const Follow &follow);

// The oldest transaction whose deleted rows a snapshot in this database may still see. Needs a transaction.
TransactionId oldest_visible_xid();

// The state to show, given the row and whether a worker runs: a row outlives a server's restart, a worker may not.
FollowState true_state(const Follow &follow, int worker);

// "pg_follower worker", with the follow's name behind it unless that is "default".
const char *worker_name(const char *follow_name);
// The same for processes that copy tables: "pg_follower copy worker".
const char *copy_worker_name(const char *follow_name);

// Runs `body` in a transaction of the worker's own, and keeps what it allocates for the life of the process.
template <typename Body> void in_transaction(Body body)
{
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    MemoryContextSwitchTo(TopMemoryContext);
    body();
    PopActiveSnapshot();
    CommitTransactionCommand();
    MemoryContextSwitchTo(TopMemoryContext);
}

// Changes the follow's row, if it still is there, in such a transaction.
template <typename Change> void change_follow(int32 follow, Change change)
{
    in_transaction([&] {
        Follow *row = find_follow(follow);
        if (!row)
            return;
        change(*row);
        update_follow(*row);
    });
}

} // namespace pg_follower::apply
