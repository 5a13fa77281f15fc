// ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY runs in two transactions. Between them other transactions may run
// for long, and if the second one is cancelled, until somebody runs FINALIZE. From the first one on, commands on the
// partitioned table pass the partition by. So the downstream detaches the partition with the first.
//
// The event triggers for a command's end fire only in the second transaction. But ddl_command_start fires before the
// first one begins its work. So the command is noted there, and when the transaction is about to commit, the catalogs
// tell whether it is the first of such a command.
#include "deparse/capture/detach_hook.hpp"
#include "deparse/follow.hpp"
#include "deparse/object_facts.hpp"
#include "deparse/table/detach.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/memory.hpp"
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

namespace pg_follower::deparse {
namespace {

struct Detach {
    const RangeVar *parent;
    const RangeVar *partition;
};

const Detach *running; // of the current transaction, in its memory context

bool is_pending(Oid partition, Oid parent)
{
    for (const auto &row : CatalogScan<FormData_pg_inherits>(InheritsRelationId, InheritsRelidSeqnoIndexId,
                                                             {{Anum_pg_inherits_inhrelid, partition}}))
        if (row->inhdetachpending && row->inhparent == parent)
            return true;
    return false;
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
    follow({"ALTER TABLE", describe_object(table), GetUserId()},
           [&](Script &script) { write_detach_begin(script, parent, partition); });
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
        auto *detach = allocate<Detach>();
        *detach = {static_cast<RangeVar *>(copyObjectImpl(statement->relation)),
                   static_cast<RangeVar *>(copyObjectImpl(castNode(PartitionCmd, command->def)->name))};
        running = detach;
    }
}

void install_detach()
{
    RegisterXactCallback(at_transaction_end, nullptr);
}

} // namespace pg_follower::deparse
