// The table follower.follow, read and written by tuple: nothing here depends on a search path, a role's privileges,
// triggers, or a snapshot that the transaction took long ago.
//
// The columns stand in `Column` in the table's order; the script that makes the table and this list change together.
#include "state.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/procarray.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/pg_lsn.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"
}

namespace pg_follower::apply {
namespace {

enum Column : int {
    col_id,
    col_name,
    col_conninfo,
    col_upstream,
    col_slot,
    col_origin,
    col_start_lsn,
    col_enabled,
    col_state,
    col_segment,
    col_started_at,
    col_single_until,
    col_blocked_lsn,
    col_blocked_xid,
    col_last_error,
    col_last_error_detail,
    col_last_error_hint,
    col_last_error_context,
    col_last_error_at,
    col_received_lsn,
    col_applied_lsn,
    col_last_commit_at,
    col_transactions,
    col_rows_applied,
    col_rows_missing,
    col_ddl_applied,
    col_unsupported,
    col_large_objects,
    column_count,
};

Oid internal_relation(const char *name)
{
    Oid schema = get_namespace_oid(internal_schema, false);
    Oid relation = get_relname_relid(name, schema);
    if (!OidIsValid(relation))
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"%s.%s\" does not exist", internal_schema, name)));
    return relation;
}

// The tuple of a row, as values: texts may be null, and so may times that are 0.
struct Tuple {
    Datum values[column_count] = {};
    bool nulls[column_count] = {};

    void set_text(Column column, const char *text)
    {
        nulls[column] = !text;
        values[column] = text ? CStringGetTextDatum(text) : (Datum)0;
    }
    void set_time(Column column, TimestampTz time)
    {
        nulls[column] = time == 0;
        values[column] = TimestampTzGetDatum(time);
    }
    const char *string(Column column) const { return nulls[column] ? nullptr : TextDatumGetCString(values[column]); }
    TimestampTz time(Column column) const { return nulls[column] ? 0 : DatumGetTimestampTz(values[column]); }
};

Follow *read_tuple(TupleDesc description, HeapTuple heap_tuple)
{
    check_column_count(description, column_count);
    Tuple tuple;
    heap_deform_tuple(heap_tuple, description, tuple.values, tuple.nulls);
    auto follow = allocate_zeroed<Follow>();
    follow->id = DatumGetInt32(tuple.values[col_id]);
    follow->name = *DatumGetName(tuple.values[col_name]);
    follow->conninfo = tuple.string(col_conninfo);
    follow->upstream = tuple.string(col_upstream);
    follow->slot = *DatumGetName(tuple.values[col_slot]);
    follow->origin = tuple.string(col_origin);
    follow->start_lsn = DatumGetLSN(tuple.values[col_start_lsn]);
    follow->enabled = DatumGetBool(tuple.values[col_enabled]);
    follow->state = state_from_name(tuple.string(col_state));
    follow->segment = static_cast<dsm_handle>(DatumGetInt64(tuple.values[col_segment]));
    follow->started_at = tuple.time(col_started_at);
    follow->single_until = DatumGetLSN(tuple.values[col_single_until]);
    follow->blocked_lsn = DatumGetLSN(tuple.values[col_blocked_lsn]);
    follow->blocked_xid = DatumGetFullTransactionId(tuple.values[col_blocked_xid]);
    follow->last_error = tuple.string(col_last_error);
    follow->last_error_detail = tuple.string(col_last_error_detail);
    follow->last_error_hint = tuple.string(col_last_error_hint);
    follow->last_error_context = tuple.string(col_last_error_context);
    follow->last_error_at = tuple.time(col_last_error_at);
    follow->figures.received_lsn = DatumGetLSN(tuple.values[col_received_lsn]);
    follow->figures.applied_lsn = DatumGetLSN(tuple.values[col_applied_lsn]);
    follow->figures.last_commit_at = tuple.time(col_last_commit_at);
    follow->figures.transactions = DatumGetInt64(tuple.values[col_transactions]);
    follow->figures.rows_applied = DatumGetInt64(tuple.values[col_rows_applied]);
    follow->figures.rows_missing = DatumGetInt64(tuple.values[col_rows_missing]);
    follow->figures.ddl_applied = DatumGetInt64(tuple.values[col_ddl_applied]);
    follow->figures.unsupported = DatumGetInt64(tuple.values[col_unsupported]);
    follow->large_objects = DatumGetInt64(tuple.values[col_large_objects]);
    return follow;
}

HeapTuple write_tuple(TupleDesc description, const Follow &follow)
{
    check_column_count(description, column_count);
    Tuple tuple;
    tuple.values[col_id] = Int32GetDatum(follow.id);
    tuple.values[col_name] = NameGetDatum(&follow.name);
    tuple.set_text(col_conninfo, follow.conninfo);
    tuple.set_text(col_upstream, follow.upstream);
    tuple.values[col_slot] = NameGetDatum(&follow.slot);
    tuple.set_text(col_origin, follow.origin);
    tuple.values[col_start_lsn] = LSNGetDatum(follow.start_lsn);
    tuple.values[col_enabled] = BoolGetDatum(follow.enabled);
    tuple.set_text(col_state, state_name(follow.state));
    tuple.values[col_segment] = Int64GetDatum(static_cast<int64>(follow.segment));
    tuple.set_time(col_started_at, follow.started_at);
    tuple.values[col_single_until] = LSNGetDatum(follow.single_until);
    tuple.values[col_blocked_lsn] = LSNGetDatum(follow.blocked_lsn);
    tuple.values[col_blocked_xid] = FullTransactionIdGetDatum(follow.blocked_xid);
    tuple.set_text(col_last_error, follow.last_error);
    tuple.set_text(col_last_error_detail, follow.last_error_detail);
    tuple.set_text(col_last_error_hint, follow.last_error_hint);
    tuple.set_text(col_last_error_context, follow.last_error_context);
    tuple.set_time(col_last_error_at, follow.last_error_at);
    tuple.values[col_received_lsn] = LSNGetDatum(follow.figures.received_lsn);
    tuple.values[col_applied_lsn] = LSNGetDatum(follow.figures.applied_lsn);
    tuple.set_time(col_last_commit_at, follow.figures.last_commit_at);
    tuple.values[col_transactions] = Int64GetDatum(follow.figures.transactions);
    tuple.values[col_rows_applied] = Int64GetDatum(follow.figures.rows_applied);
    tuple.values[col_rows_missing] = Int64GetDatum(follow.figures.rows_missing);
    tuple.values[col_ddl_applied] = Int64GetDatum(follow.figures.ddl_applied);
    tuple.values[col_unsupported] = Int64GetDatum(follow.figures.unsupported);
    tuple.values[col_large_objects] = Int64GetDatum(follow.large_objects);
    return heap_form_tuple(description, tuple.values, tuple.nulls);
}

struct FollowRow; // read_tuple reads its columns, most of which have no fixed place

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
        Follow *follow = read_tuple(table.description(), row.tuple());
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

} // namespace

void check_column_count(TupleDesc description, int count)
{
    if (description->natts != count)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("extension \"%s\" of this database and its library are of different versions", extension_name),
                 errdetail("An object of the extension has %d columns where the library expects %d.",
                           description->natts, count),
                 errhint("Run ALTER EXTENSION %s UPDATE.", extension_name)));
}

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
        follows = lappend(follows, read_tuple(table.description(), row.tuple()));
    return follows;
}

void insert_follow(const Follow &follow)
{
    Relation relation = table_open(internal_relation("follow"), RowExclusiveLock);
    CatalogTupleInsert(relation, write_tuple(RelationGetDescr(relation), follow));
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

void update_follow(const Follow &follow)
{
    FollowTable table(RowExclusiveLock);
    for (const auto &row : table.rows())
        if (read_tuple(table.description(), row.tuple())->id == follow.id) {
            CatalogTupleUpdate(table, &row.tuple()->t_self, write_tuple(table.description(), follow));
            break;
        }
    CommandCounterIncrement();
}

void delete_follow(int32 id)
{
    FollowTable table(RowExclusiveLock);
    for (const auto &row : table.rows())
        if (read_tuple(table.description(), row.tuple())->id == id) {
            CatalogTupleDelete(table, &row.tuple()->t_self);
            break;
        }
    CommandCounterIncrement();
}

const char *some_follow_name(Oid table)
{
    for (const auto &row : CatalogScan<FollowRow>(table, InvalidOid, {})) {
        bool is_null;
        return pstrdup(NameStr(*DatumGetName(row.datum(col_name + 1, is_null))));
    }
    return nullptr;
}

void insert_unsupported(const UnsupportedNote &note)
{
    Relation relation = table_open(internal_relation("unsupported"), RowExclusiveLock);
    Datum values[] = {
        Int32GetDatum(note.follow),     TransactionIdGetDatum(note.upstream_xid),
        LSNGetDatum(note.commit_lsn),   TimestampTzGetDatum(note.commit_time),
        CStringGetTextDatum(note.tag),  CStringGetTextDatum(note.object),
        CStringGetTextDatum(note.role), CStringGetTextDatum(note.reason),
    };
    bool nulls[lengthof(values)] = {};
    CatalogTupleInsert(relation, heap_form_tuple(RelationGetDescr(relation), values, nulls));
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

bool try_worker_lock(int32 follow)
{
    LOCKTAG tag = lock_tag(follow);
    if (LockAcquire(&tag, worker_lock, true, true) == LOCKACQUIRE_NOT_AVAIL)
        return false;
    // A session's lock is released by the abort of a transaction only. Between transactions nobody would do it, and the
    // next process in this one's place would hold it.
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

TransactionId oldest_visible_xid()
{
    // A table of users: those of the server are seen by other databases and by slots, too.
    Relation relation = table_open(internal_relation("follow"), AccessShareLock);
    TransactionId xid = GetOldestNonRemovableTransactionId(relation);
    table_close(relation, NoLock);
    return xid;
}

FollowState true_state(const Follow &follow, int worker)
{
    if (worker || follow.state == FollowState::failed)
        return follow.state;
    if (!follow.enabled)
        return FollowState::stopped;
    // No process: between a worker's end and its next start, unless the server was restarted since.
    if (follow.started_at < PgStartTime)
        return library_preloaded ? FollowState::starting : FollowState::stopped;
    return follow.state == FollowState::starting ? FollowState::starting : FollowState::retrying;
}

const char *worker_name(const char *follow_name)
{
    if (strcmp(follow_name, "default") == 0)
        return "pg_follower worker";
    return psprintf("pg_follower worker %s", follow_name);
}

} // namespace pg_follower::apply
