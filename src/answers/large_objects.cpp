// Tells which large objects of this database have changed, and what they hold, for the downstream: logical decoding
// does not see them.
//
// What has changed is told by the pages of the tables that hold large objects: each says at which position in WAL it
// was last changed. A page that its visibility map calls all visible has not been changed since the map's own page was,
// so not even its header is read, and a database with many large objects that nobody changes costs nothing.
//
// A page that holds something of a transaction which the caller's snapshot does not see has to be looked at again: the
// position that the caller asks from next time is before that page's.
#include "pg_follower/catalog.hpp"
#include "pg_follower/large_object_chunks.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/replication_role.hpp"
#include "pg_follower/wal_end.hpp"

extern "C" {
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/visibilitymap.h"
#include "catalog/pg_description.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "commands/comment.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/hsearch.h"
#include "utils/pg_lsn.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(pg_follower_large_objects_changed);
PG_FUNCTION_INFO_V1(pg_follower_large_object_states);
PG_FUNCTION_INFO_V1(pg_follower_large_object_digests);
PG_FUNCTION_INFO_V1(pg_follower_large_object_chunk);
}

namespace pg_follower::answers {
namespace {

// Whether the tuple is of a transaction, or was deleted by one, that the snapshot does not see.
bool is_in_progress(HeapTupleHeader tuple, Snapshot snapshot)
{
    if (!HeapTupleHeaderXminFrozen(tuple) && TransactionIdIsNormal(HeapTupleHeaderGetRawXmin(tuple)) &&
        XidInMVCCSnapshot(HeapTupleHeaderGetRawXmin(tuple), snapshot))
        return true;
    if ((tuple->t_infomask & HEAP_XMAX_INVALID) || HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask))
        return false;
    TransactionId end = HeapTupleHeaderGetUpdateXid(tuple);
    return TransactionIdIsNormal(end) && XidInMVCCSnapshot(end, snapshot);
}

// Calls take(tuple) for each tuple of the page, dead ones included, and lowers `next` where the page has to be looked
// at again.
template <typename Take> void read_page(Buffer buffer, Snapshot snapshot, XLogRecPtr &next, Take take)
{
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    Page page = BufferGetPage(buffer);
    OffsetNumber last = PageGetMaxOffsetNumber(page);
    for (OffsetNumber i = FirstOffsetNumber; i <= last; ++i) {
        ItemId item = PageGetItemId(page, i);
        if (!ItemIdIsNormal(item))
            continue;
        auto tuple = reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item));
        if (is_in_progress(tuple, snapshot))
            next = Min(next, PageGetLSN(page) - 1);
        take(tuple);
    }
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
}

XLogRecPtr changed_at(Buffer buffer)
{
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    XLogRecPtr lsn = PageGetLSN(BufferGetPage(buffer));
    LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
    return lsn;
}

// The pages of a table that have changed since a position.
class ChangedPages {
  public:
    ChangedPages(Oid relid, XLogRecPtr since)
        : relation_(table_open(relid, AccessShareLock)), strategy_(GetAccessStrategy(BAS_BULKREAD)), since_(since)
    {
    }
    ~ChangedPages()
    {
        if (BufferIsValid(map_))
            ReleaseBuffer(map_);
        FreeAccessStrategy(strategy_);
        table_close(relation_, AccessShareLock);
    }
    ChangedPages(const ChangedPages &) = delete;
    ChangedPages &operator=(const ChangedPages &) = delete;

    // Calls visit(buffer) for each, some of them twice, as long as it returns true.
    template <typename Visit> void visit(Visit visit)
    {
        // So many pages share a page of the visibility map, which has two bits for each.
        constexpr BlockNumber share = (BLCKSZ - MAXALIGN(SizeOfPageHeaderData)) * 4;
        BlockNumber count = RelationGetNumberOfBlocks(relation_);
        bool more = true;
        for (BlockNumber begin = 0; begin < count && more; begin += share) {
            BlockNumber end = Min(begin + share, count);
            bool skips = is_map_unchanged(begin);
            more = visit_some(begin, end, skips, visit);
            // VACUUM may have marked pages in the meantime that were not looked at yet.
            if (more && skips && !is_map_unchanged(begin))
                more = visit_some(begin, end, false, visit);
        }
    }

  private:
    bool is_map_unchanged(BlockNumber block)
    {
        (void)visibilitymap_get_status(relation_, block, &map_);
        return BufferIsValid(map_) && changed_at(map_) <= since_;
    }

    template <typename Visit> bool visit_some(BlockNumber begin, BlockNumber end, bool skips, Visit visit)
    {
        for (BlockNumber block = begin; block < end; ++block) {
            CHECK_FOR_INTERRUPTS();
            if (skips && (visibilitymap_get_status(relation_, block, &map_) & VISIBILITYMAP_ALL_VISIBLE))
                continue;
            Buffer buffer = ReadBufferExtended(relation_, MAIN_FORKNUM, block, RBM_NORMAL, strategy_);
            bool more = changed_at(buffer) <= since_ || visit(buffer);
            ReleaseBuffer(buffer);
            if (!more)
                return false;
        }
        return true;
    }

    Relation relation_;
    BufferAccessStrategy strategy_;
    XLogRecPtr since_;
    Buffer map_ = InvalidBuffer;
};

bool has_changed(Oid relid, XLogRecPtr since)
{
    bool changed = false;
    ChangedPages(relid, since).visit([&](Buffer) {
        changed = true;
        return false;
    });
    return changed;
}

bool are_there_any()
{
    for (const auto &row : CatalogScan<FormData_pg_largeobject_metadata>(LargeObjectMetadataRelationId,
                                                                         LargeObjectMetadataOidIndexId, {})) {
        (void)row;
        return true;
    }
    return false;
}

// The objects whose data has changed since, as far as the pages tell: some may be as they were.
HTAB *changed_objects(XLogRecPtr since, Snapshot snapshot, XLogRecPtr &next)
{
    HASHCTL control = {};
    control.keysize = control.entrysize = sizeof(Oid);
    control.hcxt = CurrentMemoryContext;
    HTAB *objects = hash_create("large objects", 128, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    ChangedPages(LargeObjectRelationId, since).visit([&](Buffer buffer) {
        read_page(buffer, snapshot, next, [&](HeapTupleHeader tuple) {
            auto row = reinterpret_cast<Form_pg_largeobject>(reinterpret_cast<char *>(tuple) + tuple->t_hoff);
            (void)hash_search(objects, &row->loid, HASH_ENTER, nullptr);
        });
        return true;
    });
    return objects;
}

// Whether the objects themselves, their owners, privileges or comments have changed since.
bool are_facts_changed(XLogRecPtr since, Snapshot snapshot, XLogRecPtr &next)
{
    bool changed = false;
    for (Oid catalog : {static_cast<Oid>(LargeObjectMetadataRelationId), static_cast<Oid>(DescriptionRelationId)})
        ChangedPages(catalog, since).visit([&](Buffer buffer) {
            read_page(buffer, snapshot, next, [](HeapTupleHeader) {});
            changed = true;
            return true;
        });
    return changed;
}

const char *role_name(Oid role)
{
    return OidIsValid(role) ? GetUserNameFromId(role, true) : "";
}

// The privileges as texts, three for each role: its name, empty for PUBLIC, the privileges that it has, and those that
// it may grant, each as a list for GRANT. Null where they are the default.
Datum privileges(Datum acl_datum, bool &null)
{
    if (null)
        return (Datum)0;
    Acl *acl = DatumGetAclP(acl_datum);
    Datum *texts = allocate<Datum>(3 * (ACL_NUM(acl) + 1));
    int count = 0;
    auto list = [](AclMode mode) {
        bool read = mode & ACL_SELECT, write = mode & ACL_UPDATE;
        return CStringGetTextDatum(read && write ? "SELECT, UPDATE" : read ? "SELECT" : write ? "UPDATE" : "");
    };
    for (int i = 0; i < ACL_NUM(acl); ++i) {
        const AclItem &item = ACL_DAT(acl)[i];
        const char *name = role_name(item.ai_grantee);
        if (!name)
            continue;
        texts[count++] = CStringGetTextDatum(name);
        texts[count++] = list(ACLITEM_GET_PRIVS(item) & ~ACLITEM_GET_GOPTIONS(item));
        texts[count++] = list(ACLITEM_GET_GOPTIONS(item));
    }
    return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

bool exists(Oid object, Snapshot snapshot)
{
    for (const auto &row :
         CatalogScan<FormData_pg_largeobject_metadata>(LargeObjectMetadataRelationId, LargeObjectMetadataOidIndexId,
                                                       {{Anum_pg_largeobject_metadata_oid, object}}, snapshot)) {
        (void)row;
        return true;
    }
    return false;
}

} // namespace
} // namespace pg_follower::answers

using namespace pg_follower;
using namespace pg_follower::answers;

// follower.large_objects_changed(since pg_lsn) → boolean: whether follower.large_object_states() may have news
Datum pg_follower_large_objects_changed(PG_FUNCTION_ARGS)
{
    require_replication("large_objects_changed");
    XLogRecPtr since = PG_GETARG_LSN(0);
    PG_RETURN_BOOL(has_changed(LargeObjectMetadataRelationId, since) || has_changed(LargeObjectRelationId, since) ||
                   (are_there_any() && has_changed(DescriptionRelationId, since)));
}

// follower.large_object_states(since pg_lsn) → first a row without an object, which holds the position to ask from next
// time and whether all objects are listed; then the objects: all of them where any was made, dropped or altered, else
// those whose data may have changed
Datum pg_follower_large_object_states(PG_FUNCTION_ARGS)
{
    require_replication("large_object_states");
    InitMaterializedSRF(fcinfo, 0);
    auto result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    XLogRecPtr since = PG_GETARG_LSN(0);
    Snapshot snapshot = GetActiveSnapshot();
    XLogRecPtr next = end_of_wal();
    bool all = are_facts_changed(since, snapshot, next);
    HTAB *changed = changed_objects(since, snapshot, next);
    {
        Datum values[] = {(Datum)0, (Datum)0, (Datum)0, (Datum)0, BoolGetDatum(all), LSNGetDatum(next)};
        bool nulls[] = {true, true, true, true, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    for (const auto &row : CatalogScan<FormData_pg_largeobject_metadata>(LargeObjectMetadataRelationId,
                                                                         LargeObjectMetadataOidIndexId, {}, snapshot)) {
        Oid oid = row->oid;
        bool data = hash_search(changed, &oid, HASH_FIND, nullptr) != nullptr;
        const char *owner = role_name(row->lomowner);
        if ((!all && !data) || !owner)
            continue;
        bool nulls[6] = {};
        Datum acl = row.datum(Anum_pg_largeobject_metadata_lomacl, nulls[2]);
        const char *comment = GetComment(oid, LargeObjectRelationId, 0);
        nulls[3] = !comment;
        nulls[5] = true;
        Datum values[] = {ObjectIdGetDatum(oid),     CStringGetTextDatum(owner),
                          privileges(acl, nulls[2]), comment ? CStringGetTextDatum(comment) : (Datum)0,
                          BoolGetDatum(data),        (Datum)0};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return (Datum)0;
}

// follower.large_object_digests(object oid) → the size and the digest of each chunk of its data; without a digest, a
// first row that says that it is there
Datum pg_follower_large_object_digests(PG_FUNCTION_ARGS)
{
    require_replication("large_object_digests");
    InitMaterializedSRF(fcinfo, 0);
    auto result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
    Oid object = PG_GETARG_OID(0);
    if (!exists(object, GetActiveSnapshot()))
        return (Datum)0;
    auto put = [&](int32 chunk, int32 size, const char *digest) {
        Datum values[] = {Int32GetDatum(chunk), Int32GetDatum(size), digest ? CStringGetTextDatum(digest) : (Datum)0};
        bool nulls[] = {false, false, !digest};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    };
    put(-1, 0, nullptr);
    LargeObjectChunks chunks(object, GetActiveSnapshot());
    while (chunks.next())
        put(chunks.number(), chunks.size(), chunks.digest());
    return (Datum)0;
}

// follower.large_object_chunk(object oid, chunk integer) → its bytes
Datum pg_follower_large_object_chunk(PG_FUNCTION_ARGS)
{
    require_replication("large_object_chunk");
    LargeObjectChunks chunks(PG_GETARG_OID(0), GetActiveSnapshot(), PG_GETARG_INT32(1));
    if (!chunks.next() || chunks.number() != PG_GETARG_INT32(1))
        PG_RETURN_NULL();
    bytea *bytes = static_cast<bytea *>(palloc(VARHDRSZ + chunks.size()));
    SET_VARSIZE(bytes, VARHDRSZ + chunks.size());
    memcpy(VARDATA(bytes), chunks.data(), chunks.size());
    PG_RETURN_BYTEA_P(bytes);
}
