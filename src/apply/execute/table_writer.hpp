// Writes rows to a table without SQL, as the server's own logical replication does (executor/execReplication.c): no
// plan is made or started, and a row costs little more than what its table and indexes cost.
//
// What the executor does for a row of an INSERT, UPDATE or DELETE is done here, too: generated columns, constraints,
// the partition's bounds, indexes. Triggers and rules are not, so this is for tables on which none fires
// (Statement::written_directly).
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "executor/executor.h"
}

namespace pg_follower::apply {

class TableWriter {
  public:
    // Opens a table that is locked already, as the current role. `updated` are the columns that updates may set.
    TableWriter(Oid table, const Bitmapset *updated);
    // Closes the table, and makes what was written visible to what comes next in the transaction.
    ~TableWriter();
    TableWriter(const TableWriter &) = delete;
    TableWriter &operator=(const TableWriter &) = delete;

    Relation table() const { return info_->ri_RelationDesc; }
    // The table's open indexes.
    Relation *indexes() const { return info_->ri_IndexRelationDescs; }
    int index_count() const { return info_->ri_NumIndices; }
    // Sees everything that was committed here, and written by this transaction, before the last next_command().
    Snapshot snapshot() const { return estate_->es_snapshot; }
    // A row of the table, which lives as long as this.
    TupleTableSlot *make_row();

    // Rows are written in the order in which they come.
    void insert(TupleTableSlot **rows, int count);
    // Both write what lies at `place`; an update says where it is now. They return false where another session has
    // changed the row since the snapshot, after waiting for its end.
    bool update(ItemPointer place, TupleTableSlot *row);
    bool remove(ItemPointer place);
    // Lets what was written so far be seen, and written again.
    void next_command();

  private:
    void begin_command();
    void check(TupleTableSlot *row, CmdType command);

    EState *estate_;
    ResultRelInfo *info_;
};

} // namespace pg_follower::apply
