// Writes rows through the table's access method and the executor's helpers. See table_writer.hpp.
#include "apply/execute/table_writer.hpp"

#include "pg_follower/compat.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/nodeModifyTable.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::apply {
namespace {

// Raises an error unless the row was changed, or another session was faster.
bool was_written(TM_Result result, Relation table)
{
    switch (result) {
    case TM_Ok:
        return true;
    case TM_Updated:
    case TM_Deleted:
        return false;
    default:
        elog(ERROR, "could not change a row of table \"%s\": result %d", RelationGetRelationName(table), result);
    }
}

} // namespace

TableWriter::TableWriter(Oid table, const Bitmapset *updated)
{
    estate_ = CreateExecutorState();
    MemoryContextScope scope(estate_->es_query_cxt);
    Relation relation = table_open(table, NoLock);
    RangeTblEntry *entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_RELATION;
    entry->relid = table;
    entry->relkind = relation->rd_rel->relkind;
    entry->rellockmode = RowExclusiveLock;
    Bitmapset *columns = nullptr;
    for (int i = -1; (i = bms_next_member(updated, i)) >= 0;)
        columns = bms_add_member(columns, i - FirstLowInvalidHeapAttributeNumber);
    init_range_table(estate_, entry, relation, columns);
    info_ = makeNode(ResultRelInfo);
    InitResultRelInfo(info_, relation, 1, nullptr, 0);
    info_->ri_TrigDesc = nullptr;
    ExecOpenIndices(info_, false);
    begin_command();
}

TableWriter::~TableWriter()
{
    PopActiveSnapshot();
    ExecResetTupleTable(estate_->es_tupleTable, false);
    ExecCloseIndices(info_);
    Relation relation = table();
    FreeExecutorState(estate_);
    table_close(relation, NoLock);
    CommandCounterIncrement();
}

void TableWriter::begin_command()
{
    PushActiveSnapshot(GetTransactionSnapshot());
    estate_->es_snapshot = GetActiveSnapshot();
    estate_->es_output_cid = GetCurrentCommandId(true);
}

void TableWriter::next_command()
{
    PopActiveSnapshot();
    CommandCounterIncrement();
    begin_command();
}

TupleTableSlot *TableWriter::make_row()
{
    MemoryContextScope scope(estate_->es_query_cxt);
    return ExecInitExtraTupleSlot(estate_, RelationGetDescr(table()), table_slot_callbacks(table()));
}

// Computes generated columns, and raises an error where the table may not hold the row.
void TableWriter::check(TupleTableSlot *row, CmdType command)
{
    row->tts_tableOid = RelationGetRelid(table());
    const TupleConstr *constraints = RelationGetDescr(table())->constr;
    if (constraints && constraints->has_generated_stored)
        ExecComputeStoredGenerated(info_, estate_, row, command);
    if (constraints)
        ExecConstraints(info_, row, estate_);
    if (table()->rd_rel->relispartition)
        (void)ExecPartitionCheck(info_, row, estate_, true);
}

void TableWriter::insert(TupleTableSlot **rows, int count)
{
    for (int i = 0; i < count; ++i) {
        check(rows[i], CMD_INSERT);
        ResetPerTupleExprContext(estate_);
    }
    if (count == 1)
        table_tuple_insert(table(), rows[0], estate_->es_output_cid, 0, nullptr);
    else {
        MemoryContextScope scope(GetPerTupleMemoryContext(estate_));
        table_multi_insert(table(), rows, count, estate_->es_output_cid, 0, nullptr);
    }
    for (int i = 0; i < count; ++i) {
        if (info_->ri_NumIndices > 0)
            insert_index_entries(info_, rows[i], estate_);
        ResetPerTupleExprContext(estate_);
    }
}

bool TableWriter::update(ItemPointer place, TupleTableSlot *row)
{
    CheckCmdReplicaIdentity(table(), CMD_UPDATE);
    check(row, CMD_UPDATE);
    TM_FailureData failure;
    LockTupleMode lock;
    UpdatedIndexes indexes;
    TM_Result result = table_tuple_update(table(), place, row, estate_->es_output_cid, estate_->es_snapshot,
                                          InvalidSnapshot, true, &failure, &lock, &indexes);
    if (!was_written(result, table()))
        return false;
    if (info_->ri_NumIndices > 0 && updates_indexes(indexes))
        update_index_entries(info_, row, estate_, indexes);
    *place = row->tts_tid;
    ResetPerTupleExprContext(estate_);
    return true;
}

bool TableWriter::remove(ItemPointer place)
{
    CheckCmdReplicaIdentity(table(), CMD_DELETE);
    TM_FailureData failure;
    return was_written(table_tuple_delete(table(), place, estate_->es_output_cid, estate_->es_snapshot, InvalidSnapshot,
                                          true, &failure, false),
                       table());
}

} // namespace pg_follower::apply
