// Gathers rows of one table that wait to be applied in one go.
#pragma once

#include "pg_follower/pg.hpp"
#include "apply/state/progress.hpp"
#include "apply/execute/relation.hpp"
#include "apply/execute/whole_rows.hpp"

extern "C" {
#include "access/htup.h"
#include "lib/ilist.h"
}

namespace pg_follower::apply {

// Finds the row of a run that has a given key, by the key's text.
class KeyIndex {
  public:
    // Forgets everything; what it remembers next is allocated in `context`.
    void start(MemoryContext context);
    // The number of the row with that key, or -1, after which the key is that of row `number`.
    int find_or_add(const char *key, int length, int number);

  private:
    struct Entry {
        uint64 hash;
        const char *key; // null where the entry is free
        int length;
        int number;
    };
    Entry *place(uint64 hash, const char *key, int length);
    void grow();

    MemoryContext context_ = nullptr;
    Entry *entries_ = nullptr;
    uint32 size_ = 0;
    uint32 used_ = 0;
};

// Rows of one statement, in order, or changes of whole rows by several (whole_rows.hpp). A table has one run at most,
// so rows of different statements for it keep their order; rows of different tables are independent of each other (see
// Statement::stands_alone).
struct Run {
    Oid relation;    // the hash key
    dlist_node node; // in the list of runs that hold rows; first come first
    MemoryContext context;
    Statement *statement;  // of the first row; null while there are no rows
    WholeRows *whole_rows; // null where the rows are one statement's, as below
    TupleDesc description;
    MinimalTuple *rows;
    UpstreamTransaction *transactions; // that the rows come from
    int count;
    int room;
    size_t bytes;
    int64 replaced; // updates whose row was updated again in the run
    KeyIndex keys;
};

class Runs {
  public:
    void start();
    // The run of a table, empty or not.
    Run *of(Oid relation);
    // Adds a row. Where the run holds an update of the same row already, the new update replaces it: both set the same
    // columns, because otherwise they would be different statements, and nobody sees the state between them. `key` is
    // the text of what finds the row.
    void add(Run *run, Statement *statement, const UpstreamTransaction &transaction, Datum *values, bool *nulls,
             const char *key, int key_length);
    // Adds a change to the run's whole rows; see WholeRows::add().
    void add_whole(Run *run, Statement *statement, const UpstreamTransaction &transaction, const Datum *values,
                   const bool *nulls, bool copy);
    // Takes the rows out of the list; they stay until done().
    void take(Run *run);
    void done(Run *run);
    Run *first() const;
    size_t bytes() const { return bytes_; }

  private:
    void begin(Run *run, Statement *statement);

    HTAB *map_ = nullptr;
    dlist_head filled_;
    size_t bytes_ = 0;
};

} // namespace pg_follower::apply
