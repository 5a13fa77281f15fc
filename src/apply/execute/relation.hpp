// Row statements of the stream, and what they mean here: target table, column types, plans.
#pragma once

#include "pg_follower/stream.hpp"
#include "pg_follower/pg.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "nodes/bitmapset.h"
#include "utils/hsearch.h"
}

struct _SPI_plan;

namespace pg_follower::apply {

// How a parameter is read: by the input (or receive) function of its column's type; for a domain by that of its base
// type, so that the domain's constraints, which the row has passed upstream, are not checked again.
struct Parameter {
    const char *column;
    bool finds_row;
    ValueForm form;
    const char *layout; // of images, upstream
    AttrNumber attribute;
    Oid type; // the column's own, a domain included
    Oid base;
    int32 read_typmod;
    Oid read_io_parameter;
    FmgrInfo read;
    Oid catalog;           // whose objects its values name (regclass, ...); else InvalidOid
    const char *own_value; // what the column holds here whatever the upstream sends; null for nearly all
    Oid domain_element;    // of an array over a domain, which is read as one over the domain's base type
};

struct Statement {
    uint32 id; // the hash key
    const RowKindTraits *kind;
    MemoryContext context; // all that follows lives in it
    const char *schema;
    const char *table;
    const char *one;
    const char *run;
    ReplicaEffects effects; // of the table upstream
    uint16 count;
    Parameter *parameters;

    // As resolved here, in a context of its own.
    MemoryContext resolved;
    bool valid; // false from the start, and when the table's definition may have changed
    Oid relation;
    Oid owner;
    Bitmapset *setting;    // the columns that its parameters set, by number
    Bitmapset *finding;    // and those that find the row
    bool order_matters;    // rows must be written in the upstream's order, because an index looks at them
    bool waits;            // the table's rows are still to be copied, so those of the stream are left out
    bool may_run;          // a run of rows may be applied in one go
    bool written_directly; // its rows may be written without SQL (table_writer.hpp)
    bool stands_alone;     // triggers or rules fire here, so its rows keep their place among those of other tables
    List *silenced;        // those that do not fire (silenced.hpp)
    TupleDesc description; // of pgf_run: p1 ... pn, and n, the row's number
    uint64 locked_in;      // the downstream transaction that holds a lock on the table
    _SPI_plan *one_plan;
    _SPI_plan *run_plan;
};

class Statements {
  public:
    // Makes the map and listens for changes of tables; once for a process. `discard_plan` frees a plan that no longer
    // fits its statement.
    void start(void (*discard_plan)(_SPI_plan *));
    // The tables whose statements wait: a list of OIDs, which must last.
    void set_waiting(List *tables);
    // From the first call to the second, all below is about statements of one more map, which is empty then, and gone
    // afterwards.
    void enter_stream();
    void leave_stream();
    void define(const StatementRecord &record);
    Statement *find(uint32 id); // ERRCODE_PROTOCOL_VIOLATION if it was never defined

    // Locks the statement's table for the downstream transaction `transaction`.
    void lock(Statement *statement, uint64 transaction);
    // Looks the statement's table up and prepares for reading its rows. Raises ERRCODE_UNDEFINED_TABLE,
    // ERRCODE_UNDEFINED_COLUMN or ERRCODE_WRONG_OBJECT_TYPE.
    void resolve(Statement *statement);

  private:
    void discard_plans(Statement *statement);
    void (*discard_plan_)(_SPI_plan *) = nullptr;
    HTAB *map_ = nullptr;   // the one in use
    HTAB *whole_ = nullptr; // of transactions that come whole
    List *waiting_ = NIL;
};

} // namespace pg_follower::apply
