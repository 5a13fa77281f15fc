// The table follower.seen_sequence, read once and then kept in memory beside it. See seen_sequences.hpp.
#include "apply/state/seen_sequences.hpp"

#include "apply/state/internal_relation.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
}

namespace pg_follower::apply {
namespace {

constexpr AttrNumber col_follow = 1;
constexpr AttrNumber col_oid = 2;
constexpr AttrNumber col_storage = 3;
constexpr AttrNumber col_last_value = 4;
constexpr AttrNumber col_is_called = 5;
constexpr int column_count = 5;

using Rows = CatalogScan<AnyForm>;

} // namespace

void SeenSequences::start(int32 follow)
{
    follow_ = follow;
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(SeenSequence);
    control.hcxt = TopMemoryContext;
    sequences_ = hash_create("pg_follower sequences", 128, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    for (const auto &row :
         Rows(internal_relation("seen_sequence"), internal_relation("seen_sequence_pkey"), {{col_follow, follow}})) {
        bool is_null;
        Oid oid = DatumGetObjectId(row.datum(col_oid, is_null));
        auto entry = static_cast<SeenSequence *>(hash_search(sequences_, &oid, HASH_ENTER, nullptr));
        *entry = {oid,
                  DatumGetObjectId(row.datum(col_storage, is_null)),
                  {DatumGetInt64(row.datum(col_last_value, is_null)), DatumGetBool(row.datum(col_is_called, is_null))},
                  0};
    }
}

SeenSequence *SeenSequences::find(Oid oid) const
{
    return static_cast<SeenSequence *>(hash_search(sequences_, &oid, HASH_FIND, nullptr));
}

void SeenSequences::note(const SeenSequence &sequence)
{
    auto entry = static_cast<SeenSequence *>(hash_search(sequences_, &sequence.oid, HASH_ENTER, nullptr));
    *entry = sequence;
    Relation relation = table_open(internal_relation("seen_sequence"), RowExclusiveLock);
    Datum values[column_count] = {Int32GetDatum(follow_), ObjectIdGetDatum(sequence.oid),
                                  ObjectIdGetDatum(sequence.storage), Int64GetDatum(sequence.position.last_value),
                                  BoolGetDatum(sequence.position.is_called)};
    bool nulls[column_count] = {};
    HeapTuple tuple = heap_form_tuple(RelationGetDescr(relation), values, nulls);
    bool found = false;
    for (const auto &row : Rows(RelationGetRelid(relation), internal_relation("seen_sequence_pkey"),
                                {{col_follow, follow_}, {col_oid, sequence.oid}})) {
        CatalogTupleUpdate(relation, &row.tuple()->t_self, tuple);
        found = true;
        break;
    }
    if (!found)
        CatalogTupleInsert(relation, tuple);
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

bool SeenSequences::has_other_than(uint64 reading) const
{
    bool found = false;
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, sequences_);
    while (auto entry = static_cast<SeenSequence *>(hash_seq_search(&scan)))
        found |= entry->reading != reading;
    return found;
}

void SeenSequences::keep_only(uint64 reading)
{
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, sequences_);
    while (auto entry = static_cast<SeenSequence *>(hash_seq_search(&scan))) {
        if (entry->reading == reading)
            continue;
        Relation relation = table_open(internal_relation("seen_sequence"), RowExclusiveLock);
        for (const auto &row : Rows(RelationGetRelid(relation), internal_relation("seen_sequence_pkey"),
                                    {{col_follow, follow_}, {col_oid, entry->oid}}))
            CatalogTupleDelete(relation, &row.tuple()->t_self);
        table_close(relation, NoLock);
        (void)hash_search(sequences_, &entry->oid, HASH_REMOVE, nullptr);
    }
}

void forget_seen_sequences(int32 follow)
{
    Relation relation = table_open(internal_relation("seen_sequence"), RowExclusiveLock);
    for (const auto &row :
         Rows(RelationGetRelid(relation), internal_relation("seen_sequence_pkey"), {{col_follow, follow}}))
        CatalogTupleDelete(relation, &row.tuple()->t_self);
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

} // namespace pg_follower::apply
