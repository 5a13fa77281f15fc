// The tables of schema follower, read and written by tuple. See state.hpp and follow.hpp. Nothing here depends on a
// search path, a role's privileges, triggers, or a snapshot that the transaction took long ago.
#include "apply/state/internal_relation.hpp"
#include "apply/state/state.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "replication/origin.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/pg_lsn.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

struct FollowRow; // follow_from_tuple reads its columns, most of which have no fixed place

// The table, locked until the end of the transaction.
class FollowTable {
  public:
    explicit FollowTable(LOCKMODE lock)
        : relation_(table_open(internal_relation("follow"), lock)), snapshot_(RegisterSnapshot(GetLatestSnapshot()))
    {
    }
    ~FollowTable()
    {
        UnregisterSnapshot(snapshot_);
        table_close(relation_, NoLock);
    }
    FollowTable(const FollowTable &) = delete;
    FollowTable &operator=(const FollowTable &) = delete;

    operator Relation() const { return relation_; }
    TupleDesc description() const { return RelationGetDescr(relation_); }
    // The rows that are committed or our own.
    CatalogScan<FollowRow> rows() const
    {
        return CatalogScan<FollowRow>(RelationGetRelid(relation_), InvalidOid, {}, snapshot_);
    }

  private:
    Relation relation_;
    Snapshot snapshot_;
};

template <typename Matches> Follow *find(Matches matches)
{
    FollowTable table(AccessShareLock);
    for (const auto &row : table.rows()) {
        Follow *follow = follow_from_tuple(table.description(), row.tuple());
        if (matches(*follow))
            return follow;
    }
    return nullptr;
}

LOCKTAG lock_tag(int32 follow)
{
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, internal_relation("follow"), static_cast<uint32>(follow), 0);
    return tag;
}

// The name of a process, with the follow's name behind it unless that is "default".
const char *with_follow(const char *process, const char *follow_name)
{
    return strcmp(follow_name, "default") == 0 ? process : psprintf("%s %s", process, follow_name);
}

} // namespace

Follow *find_follow(int32 id)
{
    return find([id](const Follow &follow) { return follow.id == id; });
}

Follow *find_follow(const char *name)
{
    return find([name](const Follow &follow) { return strcmp(NameStr(follow.name), name) == 0; });
}

Follow *require_follow(const char *name)
{
    Follow *follow = find_follow(name);
    if (!follow)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("follow \"%s\" does not exist", name),
                        errhint("The view follow_status lists the follows of this database.")));
    return follow;
}

List *all_follows()
{
    List *follows = NIL;
    FollowTable table(AccessShareLock);
    for (const auto &row : table.rows())
        follows = lappend(follows, follow_from_tuple(table.description(), row.tuple()));
    return follows;
}

void insert_follow(const Follow &follow)
{
    Relation relation = table_open(internal_relation("follow"), RowExclusiveLock);
    CatalogTupleInsert(relation, tuple_from_follow(RelationGetDescr(relation), follow));
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

void update_follow(const Follow &follow)
{
    FollowTable table(RowExclusiveLock);
    for (const auto &row : table.rows())
        if (follow_from_tuple(table.description(), row.tuple())->id == follow.id) {
            CatalogTupleUpdate(table, &row.tuple()->t_self, tuple_from_follow(table.description(), follow));
            break;
        }
    CommandCounterIncrement();
}

void delete_follow(int32 id)
{
    FollowTable table(RowExclusiveLock);
    for (const auto &row : table.rows())
        if (follow_from_tuple(table.description(), row.tuple())->id == id) {
            CatalogTupleDelete(table, &row.tuple()->t_self);
            break;
        }
    CommandCounterIncrement();
}

const char *some_follow_name(Oid table)
{
    for (const auto &row : CatalogScan<FollowRow>(table, InvalidOid, {})) {
        bool is_null;
        return pstrdup(NameStr(*DatumGetName(row.datum(get_attnum(table, "name"), is_null))));
    }
    return nullptr;
}

void insert_unsupported(const UnsupportedNote &note)
{
    Relation relation = table_open(internal_relation("unsupported"), RowExclusiveLock);
    Datum values[] = {
        Int32GetDatum(note.follow),
        NameGetDatum(&note.follow_name),
        TransactionIdGetDatum(note.transaction.xid),
        LSNGetDatum(note.transaction.commit_lsn),
        TimestampTzGetDatum(note.transaction.commit_time),
        CStringGetTextDatum(note.tag),
        CStringGetTextDatum(note.object),
        CStringGetTextDatum(note.role),
        CStringGetTextDatum(note.reason),
        note.statement ? CStringGetTextDatum(note.statement) : (Datum)0,
        (Datum)0, // resolved_at
    };
    bool nulls[lengthof(values)] = {};
    nulls[lengthof(values) - 2] = !note.statement;
    nulls[lengthof(values) - 1] = true;
    CatalogTupleInsert(relation, heap_form_tuple(RelationGetDescr(relation), values, nulls));
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

bool try_worker_lock(int32 follow)
{
    LOCKTAG tag = lock_tag(follow);
    if (LockAcquire(&tag, worker_lock, true, true) == LOCKACQUIRE_NOT_AVAIL)
        return false;
    // The server releases a session's lock only when a transaction aborts. If this process ended between transactions
    // nobody would release it, and the next process in its place would hold it.
    on_shmem_exit([](int, Datum) { LockReleaseAll(DEFAULT_LOCKMETHOD, true); }, static_cast<Datum>(0));
    return true;
}

void take_command_lock(int32 follow)
{
    LOCKTAG tag = lock_tag(follow);
    (void)LockAcquire(&tag, command_lock, false, false);
}

bool try_command_lock(int32 follow)
{
    LOCKTAG tag = lock_tag(follow);
    return LockAcquire(&tag, command_lock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

int worker_pid(int32 follow)
{
    LOCKTAG tag = lock_tag(follow);
    LockData *locks = GetLockStatusData();
    for (int i = 0; i < locks->nelements; ++i) {
        const LockInstanceData &lock = locks->locks[i];
        if ((lock.holdMask & LOCKBIT_ON(worker_lock)) && memcmp(&lock.locktag, &tag, sizeof(tag)) == 0)
            return lock.pid;
    }
    return 0;
}

XLogRecPtr replayed_position(const Follow &follow)
{
    // Replaying the worker's commits, and the marks between them, moves the origin on a standby, too.
    RepOriginId origin = replorigin_by_name(follow.origin, true);
    return origin == InvalidRepOriginId ? InvalidXLogRecPtr : replorigin_get_progress(origin, false);
}

TransactionId oldest_visible_xid()
{
    // The horizon is that of a user's table: the server's own catalogs are seen by other databases and by slots, too.
    Relation relation = table_open(internal_relation("follow"), AccessShareLock);
    TransactionId xid = GetOldestNonRemovableTransactionId(relation);
    table_close(relation, NoLock);
    return xid;
}

FollowState true_state(const Follow &follow, int worker)
{
    // A standby has no workers, and its primary's are not seen.
    if (worker || follow.state == FollowState::failed || RecoveryInProgress())
        return follow.state;
    if (!follow.enabled)
        return FollowState::stopped;
    // No process runs: this is the time between a worker's end and its next start, unless the server was restarted
    // since.
    if (follow.started_at < PgStartTime)
        return library_preloaded ? FollowState::starting : FollowState::stopped;
    return follow.state == FollowState::starting ? FollowState::starting : FollowState::retrying;
}

const char *worker_name(const char *follow_name)
{
    return with_follow("pg_follower worker", follow_name);
}

const char *copy_worker_name(const char *follow_name)
{
    return with_follow("pg_follower copy worker", follow_name);
}

} // namespace pg_follower::apply
