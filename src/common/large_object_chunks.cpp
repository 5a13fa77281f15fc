// Reads pg_largeobject in the order of its index. See large_object_chunks.hpp.
#include "pg_follower/large_object_chunks.hpp"

#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_largeobject.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "storage/large_object.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
}

namespace pg_follower {

LargeObjectChunks::LargeObjectChunks(Oid object, Snapshot snapshot, int32 first)
    : context_(CurrentMemoryContext), relation_(table_open(LargeObjectRelationId, AccessShareLock)),
      index_(index_open(LargeObjectLOidPNIndexId, AccessShareLock)), data_(allocate<char>(chunk_size))
{
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_largeobject_loid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
    ScanKeyInit(&keys[1], Anum_pg_largeobject_pageno, BTGreaterEqualStrategyNumber, F_INT4GE,
                Int32GetDatum(first * (chunk_size / LOBLKSIZE)));
    scan_ = systable_beginscan_ordered(relation_, index_, snapshot, 2, keys);
    tuple_ = read();
}

LargeObjectChunks::~LargeObjectChunks()
{
    systable_endscan_ordered(scan_);
    index_close(index_, AccessShareLock);
    table_close(relation_, AccessShareLock);
    pfree(data_);
}

HeapTuple LargeObjectChunks::read()
{
    // The scan may allocate something for its own life at any time.
    MemoryContextScope scope(context_);
    return systable_getnext_ordered(scan_, ForwardScanDirection);
}

bool LargeObjectChunks::next()
{
    constexpr int pages = chunk_size / LOBLKSIZE;
    static_assert(chunk_size % LOBLKSIZE == 0);
    if (!tuple_)
        return false;
    memset(data_, 0, chunk_size);
    number_ = reinterpret_cast<Form_pg_largeobject>(GETSTRUCT(tuple_))->pageno / pages;
    while (tuple_) {
        auto page = reinterpret_cast<Form_pg_largeobject>(GETSTRUCT(tuple_));
        if (page->pageno / pages != number_)
            break;
        bytea *bytes = &page->data;
        bool compressed = VARATT_IS_EXTENDED(bytes);
        if (compressed)
            bytes = reinterpret_cast<bytea *>(detoast_attr(reinterpret_cast<varlena *>(bytes)));
        int length = VARSIZE(bytes) - VARHDRSZ;
        if (length > LOBLKSIZE)
            ereport(ERROR,
                    (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a page of large object %u is too long", page->loid)));
        int offset = (page->pageno % pages) * LOBLKSIZE;
        memcpy(data_ + offset, VARDATA(bytes), length);
        size_ = offset + length;
        if (compressed)
            pfree(bytes);
        tuple_ = read();
    }
    // A chunk that something follows reaches to its end.
    if (tuple_)
        size_ = chunk_size;
    return true;
}

const char *LargeObjectChunks::digest() const
{
    uint8 digest[PG_SHA256_DIGEST_LENGTH];
    pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
    bool good = pg_cryptohash_init(context) >= 0 &&
                pg_cryptohash_update(context, reinterpret_cast<const uint8 *>(data_), size_) >= 0 &&
                pg_cryptohash_final(context, digest, sizeof(digest)) >= 0;
    pg_cryptohash_free(context);
    if (!good)
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute the digest of a large object")));
    char *text = allocate<char>(2 * sizeof(digest) + 1);
    text[hex_encode(reinterpret_cast<char *>(digest), sizeof(digest), text)] = '\0';
    return text;
}

} // namespace pg_follower
