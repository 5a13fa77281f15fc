// Rows of the upstream that meet rows which were changed here (pg_follower.on_conflict).
#pragma once

#include "apply/execute/relation.hpp"
#include "apply/state/conflict_log.hpp"
#include "pg_follower/list.hpp"

namespace pg_follower::apply {

// A row of the stream with its values, which are about to be applied.
struct RowChange {
    const Statement *statement;
    UpstreamTransaction transaction;
    Datum *datums;
    const bool *nulls;
};

class Conflicts {
  public:
    // Runs a statement for the table of `statement`, as its owner, with a plan that is made where there is none.
    using Execute = void (*)(const Statement *statement, _SPI_plan **plan, const char *sql, int count, Oid *types,
                             Datum *datums, const char *nulls);
    void start(Execute execute, int32 follow)
    {
        execute_ = execute;
        follow_ = follow;
    }

    // Whether keys that are there already are dealt with here; otherwise they are errors.
    static bool handles(const Statement &statement);
    // Whether each row must be looked at by itself, for who wrote the one that is here.
    static bool looks_at_rows();
    // Applies a run of rows by `apply(argument)`. Returns false where a unique index refused one of them; then none has
    // been applied.
    static bool try_run(uint64 (*apply)(void *), void *argument);
    // Applies the row by `apply(argument)`, which returns how many rows it found. Where another row has one of its keys
    // the setting says which of them stays. Returns how many rows were found, or -1 where the row was left out.
    int64 apply(const RowChange &change, uint64 (*apply)(void *), void *argument);
    // Takes note that the row was not found. Returns whether the setting has said what becomes of it; then it was
    // inserted or is left out.
    bool missing(const RowChange &change);

    // Calls count(schema, table, conflict, number) for the conflicts of each kind since the last call, and keep(notes)
    // for the newest, and forgets them. To be called before the end of the transaction in which they were met.
    template <typename Count, typename Keep> void take(Count count, Keep keep);

  private:
    struct Entry {
        const char *schema;
        const char *table;
        int64 counts[conflict_kinds];
    };
    struct LocalRows {
        int count;
        const char *text;
        TransactionId xid; // of the last
    };
    void note(const RowChange &change, Conflict conflict, const LocalRows &local, const char *resolution);
    LocalRows find(const RowChange &change, const char *condition, bool remove);
    bool origin_differs(const RowChange &change);
    bool insert_missing(const RowChange &change);

    Execute execute_ = nullptr;
    int32 follow_ = 0;
    List *entries_ = NIL; // of Entry, in TopTransactionContext
    List *notes_ = NIL;   // of ConflictNote, in TopTransactionContext
};

template <typename Count, typename Keep> void Conflicts::take(Count count, Keep keep)
{
    for (Entry *entry : each<Entry>(entries_))
        for (int i = 0; i < conflict_kinds; ++i)
            if (entry->counts[i] > 0)
                count(entry->schema, entry->table, static_cast<Conflict>(i), entry->counts[i]);
    if (notes_)
        keep(notes_);
    entries_ = NIL;
    notes_ = NIL;
}

} // namespace pg_follower::apply
