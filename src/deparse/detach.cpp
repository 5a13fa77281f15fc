// ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY runs in two transactions, between which others may run for long:
// for good where the second one is cancelled, until somebody runs FINALIZE. From the first one on, commands on the
// partitioned table pass the partition by. So the downstream detaches it with the first.
//
// Event triggers fire only in the second transaction. But one fires before the first one begins its work; what it sees
// is looked for when that transaction is about to commit.
#include "detach.hpp"
#include "dead_dependencies.hpp"
#include "event.hpp"
#include "follow.hpp"
#include "relation_parts.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
}

namespace pg_follower {
namespace {

struct Detach {
    const RangeVar *parent;
    const RangeVar *partition;
};

const Detach *running; // of the current transaction, in its memory context

// Calls `take(tuple)` for each row about the table's parents, `dead` ones too.
template <typename Take> void for_each_parent(Oid relid, bool dead, Take take)
{
    Relation catalog = table_open(InheritsRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan =
        systable_beginscan(catalog, InheritsRelidSeqnoIndexId, true, dead ? SnapshotAny : nullptr, 1, &key);
    while (HeapTuple tuple = systable_getnext(scan))
        take(tuple);
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

bool is_pending(Oid partition, Oid parent)
{
    bool pending = false;
    for_each_parent(partition, false, [&](HeapTuple tuple) {
        auto form = reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple));
        pending = pending || (form->inhdetachpending && form->inhparent == parent);
    });
    return pending;
}

// The command leaves the partition with a check constraint that stands for its bounds. Its name and whether it was
// there before are not known, so the partition's own check constraints are all written.
void write_checks(Script &script, Oid partition)
{
    SqlWriter out;
    out.text("ALTER TABLE ").relation_name(partition).text(' ');
    SqlWriter::Separator comma(", ");
    for_each_constraint(partition, [&](const FormData_pg_constraint &constraint) {
        if (constraint.contype != CONSTRAINT_CHECK || !constraint.conislocal || constraint.coninhcount > 0)
            return;
        out.next(comma).text("DROP CONSTRAINT IF EXISTS ").name(NameStr(constraint.conname));
        write_constraint(out.next(comma).text("ADD "), constraint.oid);
    });
    if (!comma.first)
        script.statement().text(out.c_str());
}

SqlWriter &write_detach(SqlWriter &out, Oid parent, Oid partition)
{
    return out.text("ALTER TABLE ").relation_name(parent).text(" DETACH PARTITION ").relation_name(partition);
}

void follow_first_transaction(const Detach &detach)
{
    CommandCounterIncrement();
    Oid parent = RangeVarGetRelid(detach.parent, NoLock, true);
    Oid partition = RangeVarGetRelid(detach.partition, NoLock, true);
    ObjectAddress table;
    ObjectAddressSet(table, RelationRelationId, parent);
    if (!OidIsValid(parent) || !OidIsValid(partition) || is_temporary(table) || !is_pending(partition, parent) ||
        !anybody_follows())
        return;
    follow({"ALTER TABLE", describe_object(table), GetUserId()}, [&](Script &script) {
        write_detach(script.statement(), parent, partition);
        write_checks(script, partition);
    });
}

void at_transaction_end(XactEvent event, void *)
{
    const Detach *detach = running;
    running = nullptr;
    if (event == XACT_EVENT_PRE_COMMIT && detach)
        follow_first_transaction(*detach);
}

} // namespace

void note_detach(const Node *parse_tree)
{
    if (!parse_tree || !IsA(parse_tree, AlterTableStmt))
        return;
    auto *statement = castNode(AlterTableStmt, const_cast<Node *>(parse_tree));
    for (AlterTableCmd *command : each<AlterTableCmd>(statement->cmds)) {
        if (command->subtype != AT_DetachPartition || !castNode(PartitionCmd, command->def)->concurrent)
            continue;
        MemoryContextScope scope(TopTransactionContext);
        auto *detach = static_cast<Detach *>(palloc(sizeof(Detach)));
        *detach = {static_cast<RangeVar *>(copyObjectImpl(statement->relation)),
                   static_cast<RangeVar *>(copyObjectImpl(castNode(PartitionCmd, command->def)->name))};
        running = detach;
    }
}

void write_detach_end(Script &script, Oid parent, Oid partition)
{
    // A copy that was made between the two transactions has it attached.
    SqlWriter partition_name, parent_name, detach, block;
    partition_name.relation_name(partition);
    parent_name.relation_name(parent);
    write_detach(detach, parent, partition);
    block.text("BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhrelid OPERATOR(pg_catalog.=) ")
        .literal(partition_name.c_str())
        .text("::pg_catalog.regclass AND inhparent OPERATOR(pg_catalog.=) ")
        .literal(parent_name.c_str())
        .text("::pg_catalog.regclass) THEN ")
        .text(detach.c_str())
        .text("; END IF; END");
    script.statement().text("DO ").literal(block.c_str());
}

bool was_pending_partition(Oid relid)
{
    bool pending = false;
    for_each_parent(relid, true, [&](HeapTuple tuple) {
        pending =
            pending || (died_now(tuple) && reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhdetachpending);
    });
    return pending;
}

void install_detach()
{
    RegisterXactCallback(at_transaction_end, nullptr);
}

} // namespace pg_follower
