// Runs of rows: gathering, and finding the row that an update replaces. See run.hpp.
#include "apply/execute/run.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "common/hashfn.h"
}

namespace pg_follower::apply {

void KeyIndex::start(MemoryContext context)
{
    context_ = context;
    entries_ = nullptr;
    size_ = 0;
    used_ = 0;
}

KeyIndex::Entry *KeyIndex::place(uint64 hash, const char *key, int length)
{
    for (uint32 i = static_cast<uint32>(hash) & (size_ - 1);; i = (i + 1) & (size_ - 1)) {
        Entry &entry = entries_[i];
        if (!entry.key || (entry.hash == hash && entry.length == length && memcmp(entry.key, key, length) == 0))
            return &entry;
    }
}

void KeyIndex::grow()
{
    Entry *old = entries_;
    uint32 old_size = size_;
    size_ = old_size ? old_size * 4 : 16;
    entries_ = allocate_zeroed_in<Entry>(context_, size_);
    for (uint32 i = 0; i < old_size; ++i)
        if (old[i].key)
            *place(old[i].hash, old[i].key, old[i].length) = old[i];
    if (old)
        pfree(old);
}

int KeyIndex::find_or_add(const char *key, int length, int number)
{
    if (used_ * 2 >= size_)
        grow();
    uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char *>(key), length, 0);
    Entry *entry = place(hash, key, length);
    if (entry->key)
        return entry->number;
    auto copy = allocate_in<char>(context_, length);
    memcpy(copy, key, length);
    *entry = {hash, copy, length, number};
    ++used_;
    return -1;
}

void Runs::start()
{
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Run);
    control.hcxt = TopMemoryContext;
    map_ = hash_create("pg_follower runs", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    dlist_init(&filled_);
}

Run *Runs::of(Oid relation)
{
    bool known;
    auto run = static_cast<Run *>(hash_search(map_, &relation, HASH_ENTER, &known));
    if (!known) {
        *run = {};
        run->relation = relation;
    }
    return run;
}

// Makes an empty run ready for rows.
void Runs::begin(Run *run, Statement *statement)
{
    run->context = AllocSetContextCreate(TopMemoryContext, "pg_follower run", ALLOCSET_DEFAULT_SIZES);
    run->statement = statement;
    dlist_push_tail(&filled_, &run->node);
}

void Runs::add(Run *run, Statement *statement, const UpstreamTransaction &transaction, Datum *values, bool *nulls,
               const char *key, int key_length)
{
    if (!run->statement) {
        begin(run, statement);
        run->description = statement->description;
        run->room = 8;
        run->rows = allocate_in<MinimalTuple>(run->context, run->room);
        run->transactions = allocate_in<UpstreamTransaction>(run->context, run->room);
        run->keys.start(run->context);
    }
    MemoryContext caller = MemoryContextSwitchTo(run->context);
    MinimalTuple row = form_minimal_tuple(run->description, values, nulls);
    int place = -1;
    if (statement->kind->finds_by == FindsBy::key)
        place = run->keys.find_or_add(key, key_length, run->count);
    if (place >= 0) {
        size_t length = run->rows[place]->t_len;
        pfree(run->rows[place]);
        run->bytes -= length;
        bytes_ -= length;
        ++run->replaced;
    } else {
        if (run->count == run->room) {
            run->room *= 2;
            run->rows = reallocate(run->rows, run->room);
            run->transactions = reallocate(run->transactions, run->room);
        }
        place = run->count++;
    }
    run->rows[place] = row;
    run->transactions[place] = transaction;
    run->bytes += row->t_len;
    bytes_ += row->t_len;
    MemoryContextSwitchTo(caller);
}

void Runs::add_whole(Run *run, Statement *statement, const UpstreamTransaction &transaction, const Datum *values,
                     const bool *nulls, bool copy)
{
    if (!run->statement) {
        begin(run, statement);
        MemoryContextScope scope(run->context);
        run->whole_rows = allocate<WholeRows>();
        *run->whole_rows = {};
        run->whole_rows->start(*statement);
    }
    run->whole_rows->add(statement, transaction, values, nulls, copy);
    ++run->count;
    size_t bytes = run->whole_rows->bytes();
    bytes_ += bytes - run->bytes;
    run->bytes = bytes;
}

Run *Runs::first() const
{
    return dlist_is_empty(const_cast<dlist_head *>(&filled_))
               ? nullptr
               : reinterpret_cast<Run *>(reinterpret_cast<char *>(dlist_head_node(const_cast<dlist_head *>(&filled_))) -
                                         offsetof(Run, node));
}

void Runs::take(Run *run)
{
    dlist_delete(&run->node);
    bytes_ -= run->bytes;
}

void Runs::done(Run *run)
{
    MemoryContextDelete(run->context);
    Oid relation = run->relation;
    *run = {};
    run->relation = relation;
}

} // namespace pg_follower::apply
