// Gathers the rows that an UPDATE or DELETE of the upstream did not find here.
#pragma once

#include "pg_follower/list.hpp"
#include "apply/state/progress.hpp"
#include "apply/execute/relation.hpp"
#include "apply/state/state.hpp"

namespace pg_follower::apply {

// Of each upstream transaction, what one kind of command did not find in one table is one record, however many rows
// that are; it names the first of them.
class MissingRows {
  public:
    // Notes a row of `transaction` that the statement, with these parameters, has not found. Logs one row a second at
    // most. Raises ERRCODE_NO_DATA_FOUND where the follow is to stop at it (pg_follower.on_unsupported).
    void note(const Statement &statement, const UpstreamTransaction &transaction, const Datum *datums,
              const bool *nulls);
    // Calls record(note) for all that has been noted, and forgets it. A note's `follow` and `follow_name` are the
    // caller's to fill in. To be called before the end of the transaction in which the rows were noted.
    template <typename Record> void take(Record record);

  private:
    struct Entry {
        UpstreamTransaction transaction;
        const char *tag;
        const char *object;
        int64 count;
        StringInfoData keys;
    };
    Entry *entry_for(const Statement &statement, const UpstreamTransaction &transaction);
    UnsupportedNote note_of(const Entry &entry) const;

    List *entries_ = NIL; // in TopTransactionContext
    TimestampTz logged_at_ = 0;
};

template <typename Record> void MissingRows::take(Record record)
{
    for (Entry *entry : each<Entry>(entries_))
        record(note_of(*entry));
    entries_ = NIL;
}

} // namespace pg_follower::apply
