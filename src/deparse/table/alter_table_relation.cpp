// The subcommands of ALTER TABLE about the relation as a whole.
#include "deparse/table/alter_table_relation.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "deparse/table/alter_table_trigger.hpp"
#include "deparse/table/detach.hpp"
#include "deparse/table/foreign_options.hpp"
#include "deparse/table/index.hpp"
#include "deparse/table/replica_identity.hpp"
#include "deparse/table/storage_options.hpp"
#include "deparse/table/stored_expression.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// Subcommands that are keywords, and a name where there is one.
struct PlainForm {
    AlterTableType type;
    const char *keywords;
};

constexpr PlainForm plain_forms[] = {
    {AT_ClusterOn, "CLUSTER ON"},
    {AT_DropCluster, "SET WITHOUT CLUSTER"},
    {AT_SetLogged, "SET LOGGED"},
    {AT_SetUnLogged, "SET UNLOGGED"},
    {AT_EnableTrig, "ENABLE TRIGGER"},
    {AT_EnableAlwaysTrig, "ENABLE ALWAYS TRIGGER"},
    {AT_EnableReplicaTrig, "ENABLE REPLICA TRIGGER"},
    {AT_DisableTrig, "DISABLE TRIGGER"},
    {AT_EnableTrigAll, "ENABLE TRIGGER ALL"},
    {AT_EnableTrigUser, "ENABLE TRIGGER USER"},
    {AT_DisableTrigAll, "DISABLE TRIGGER ALL"},
    {AT_DisableTrigUser, "DISABLE TRIGGER USER"},
    {AT_EnableRule, "ENABLE RULE"},
    {AT_EnableAlwaysRule, "ENABLE ALWAYS RULE"},
    {AT_EnableReplicaRule, "ENABLE REPLICA RULE"},
    {AT_DisableRule, "DISABLE RULE"},
    {AT_DropOf, "NOT OF"},
    {AT_EnableRowSecurity, "ENABLE ROW LEVEL SECURITY"},
    {AT_DisableRowSecurity, "DISABLE ROW LEVEL SECURITY"},
    {AT_ForceRowSecurity, "FORCE ROW LEVEL SECURITY"},
    {AT_NoForceRowSecurity, "NO FORCE ROW LEVEL SECURITY"},
};

bool names_trigger(AlterTableType type)
{
    return type == AT_EnableTrig || type == AT_EnableAlwaysTrig || type == AT_EnableReplicaTrig ||
           type == AT_DisableTrig;
}

// Whether the index is one of the relation's own. Where a column's type changes, the server marks the rebuilt indexes
// of descendants again, and collects that for the relation that the command names; the downstream does so by itself.
bool has_index(const AlterTable &alter, const char *name)
{
    Oid index = get_relname_relid(name, get_rel_namespace(alter.relid()));
    return OidIsValid(index) && IndexGetRelation(index, true) == alter.relid();
}

bool write_plain(AlterTable &alter, const Subcommand &subcommand)
{
    for (const PlainForm &form : plain_forms)
        if (form.type == subcommand.type) {
            if (names_trigger(form.type) && write_constraint_trigger(alter, form.keywords, subcommand.command->name))
                return true;
            if (form.type == AT_ClusterOn && !has_index(alter, subcommand.command->name))
                return true;
            SqlWriter &out = alter.next().text(form.keywords);
            if (subcommand.command->name)
                out.text(' ').name(subcommand.command->name);
            return true;
        }
    return false;
}

void write_replica_identity(AlterTable &alter, const ReplicaIdentityStmt *statement)
{
    SqlWriter &out = alter.next().text("REPLICA IDENTITY ");
    switch (statement->identity_type) {
    case REPLICA_IDENTITY_DEFAULT:
        out.text("DEFAULT");
        break;
    case REPLICA_IDENTITY_FULL:
        out.text("FULL");
        break;
    case REPLICA_IDENTITY_NOTHING:
        out.text("NOTHING");
        break;
    default:
        out.text("USING INDEX ").name(statement->name);
        break;
    }
}

// The relation that a statement names, as the session resolved the name.
Oid find_relation(const Event &event, const RangeVar *name)
{
    GucScope scope;
    (void)set_config_option("search_path", event.search_path, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                            false);
    return RangeVarGetRelid(name, NoLock, false);
}

void write_attach(AlterTable &alter, const PartitionCmd *partition)
{
    Oid relid = find_relation(*alter.command().event, partition->name);
    // It does not exist downstream; what makes it valid attaches it, too.
    if (get_rel_relkind(relid) == RELKIND_INDEX && !is_valid_index(relid))
        return;
    SqlWriter &out = alter.next().text("ATTACH PARTITION ").relation_name(relid);
    if (alter.relkind() == RELKIND_PARTITIONED_TABLE) {
        write_partition_bound(out, relid);
        write_partition_index_tablespaces(alter.script(), relid);
    }
}

// CONCURRENTLY cannot run in the transaction that it belongs to downstream.
void write_detach(AlterTable &alter, const Subcommand &subcommand)
{
    auto *command = castNode(PartitionCmd, subcommand.command->def);
    Oid partition = find_relation(*alter.command().event, command->name);
    if (subcommand.type == AT_DetachPartitionFinalize || command->concurrent)
        write_detach_end(alter.script(), alter.relid(), partition);
    else
        alter.next().text("DETACH PARTITION ").relation_name(partition);
}

} // namespace

bool write_relation_subcommand(AlterTable &alter, const Subcommand &subcommand)
{
    const AlterTableCmd *command = subcommand.command;
    if (write_plain(alter, subcommand))
        return true;

    switch (subcommand.type) {
    case AT_ChangeOwner:
        alter.next().text("OWNER TO ").role_name(get_rolespec_oid(command->newowner, false));
        return true;
    case AT_SetRelOptions:
    case AT_ResetRelOptions: {
        SqlWriter &out = alter.next();
        out.text(subcommand.type == AT_SetRelOptions ? "SET (" : "RESET (");
        write_given_options(out, reinterpret_cast<List *>(command->def));
        out.text(')');
        return true;
    }
    case AT_SetTableSpace:
        alter.separate(Needed::if_possible).text("SET TABLESPACE ").name(command->name);
        return true;
    case AT_SetAccessMethod: {
        SqlWriter &out = alter.separate(Needed::if_possible).text("SET ACCESS METHOD ");
        if (command->name)
            out.name(command->name);
        else
            out.text("DEFAULT");
        return true;
    }
    case AT_AddInherit:
        alter.next().text("INHERIT ").relation_name(subcommand.address.objectId);
        return true;
    case AT_DropInherit:
        alter.next().text("NO INHERIT ").relation_name(subcommand.address.objectId);
        return true;
    case AT_AddOf:
        alter.next().text("OF ").type_name(subcommand.address.objectId);
        return true;
    case AT_ReplicaIdentity: {
        auto *identity = castNode(ReplicaIdentityStmt, command->def);
        if (identity->name && !has_index(alter, identity->name))
            return true;
        note_replica_identity(alter.relid(), identity);
        write_replica_identity(alter, identity);
        return true;
    }
    case AT_GenericOptions:
        write_foreign_option_changes(alter.next(), reinterpret_cast<List *>(command->def));
        return true;
    case AT_AttachPartition:
        write_attach(alter, castNode(PartitionCmd, command->def));
        return true;
    case AT_DetachPartition:
    case AT_DetachPartitionFinalize:
        write_detach(alter, subcommand);
        return true;
    case AT_DropOids:          // does nothing any more
    case AT_ReplaceRelOptions: // part of CREATE OR REPLACE VIEW
        return true;
    default:
        return false;
    }
}

} // namespace pg_follower::deparse
