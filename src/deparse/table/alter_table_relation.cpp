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

// Whether the index is one of the relation's own. Where a column's type changes, the server marks the rebuilt indexes
// of descendants again, and collects that for the relation that the command names; the downstream does so by itself.
bool has_index(const AlterTable &alter, const char *name)
{
    Oid index = get_relname_relid(name, get_rel_namespace(alter.relid()));
    return OidIsValid(index) && IndexGetRelation(index, true) == alter.relid();
}

// Keywords, and a name where the subcommand has one.
void write_plain(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    SqlWriter &out = alter.next().text(keywords);
    if (subcommand.command->name)
        out.text(' ').name(subcommand.command->name);
}

void write_trigger(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    if (!write_constraint_trigger(alter, keywords, subcommand.command->name))
        write_plain(alter, subcommand, keywords);
}

void write_cluster_on(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    if (has_index(alter, subcommand.command->name))
        write_plain(alter, subcommand, keywords);
}

void write_owner(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    alter.next().text(keywords).text(' ').role_name(get_rolespec_oid(subcommand.command->newowner, false));
}

// SET (...), RESET (...).
void write_option_list(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    SqlWriter &out = alter.next().text(keywords).text(" (");
    write_given_options(out, reinterpret_cast<List *>(subcommand.command->def));
    out.text(')');
}

void write_option_changes(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    write_foreign_option_changes(alter.next(), reinterpret_cast<List *>(subcommand.command->def));
}

// The downstream may lack the tablespace.
void write_set_tablespace(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    alter.separate(Needed::if_possible).text(keywords).text(' ').name(subcommand.command->name);
}

// The downstream may lack the access method. Without a name the command means the default one.
void write_access_method(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    SqlWriter &out = alter.separate(Needed::if_possible).text(keywords).text(' ');
    if (subcommand.command->name)
        out.name(subcommand.command->name);
    else
        out.text("DEFAULT");
}

// INHERIT and NO INHERIT, whose parent is the subcommand's address.
void write_parent(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    alter.next().text(keywords).text(' ').relation_name(subcommand.address.objectId);
}

void write_row_type(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    alter.next().text(keywords).text(' ').type_name(subcommand.address.objectId);
}

void write_replica_identity(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    auto *statement = castNode(ReplicaIdentityStmt, subcommand.command->def);
    if (statement->name && !has_index(alter, statement->name))
        return;
    note_replica_identity(alter.relid(), statement);
    SqlWriter &out = alter.next().text(keywords).text(' ');
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

void write_attach(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    auto *partition = castNode(PartitionCmd, subcommand.command->def);
    Oid relid = find_relation(*alter.command().event, partition->name);
    // It does not exist downstream; what makes it valid attaches it, too.
    if (get_rel_relkind(relid) == RELKIND_INDEX && !is_valid_index(relid))
        return;
    SqlWriter &out = alter.next().text(keywords).text(' ').relation_name(relid);
    if (alter.relkind() == RELKIND_PARTITIONED_TABLE) {
        write_partition_bound(out, relid);
        write_partition_index_tablespaces(alter.script(), relid);
    }
}

// CONCURRENTLY cannot run in the transaction that it belongs to downstream.
void write_detach(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    auto *command = castNode(PartitionCmd, subcommand.command->def);
    Oid partition = find_relation(*alter.command().event, command->name);
    if (subcommand.type == AT_DetachPartitionFinalize || command->concurrent)
        write_detach_end(alter.script(), alter.relid(), partition);
    else
        alter.next().text(keywords).text(' ').relation_name(partition);
}

constexpr SubcommandForm forms[] = {
    {AT_ChangeOwner, "OWNER TO", write_owner},
    {AT_ClusterOn, "CLUSTER ON", write_cluster_on},
    {AT_DropCluster, "SET WITHOUT CLUSTER", write_plain},
    {AT_SetLogged, "SET LOGGED", write_plain},
    {AT_SetUnLogged, "SET UNLOGGED", write_plain},
    {AT_SetAccessMethod, "SET ACCESS METHOD", write_access_method},
    {AT_SetTableSpace, "SET TABLESPACE", write_set_tablespace},
    {AT_SetRelOptions, "SET", write_option_list},
    {AT_ResetRelOptions, "RESET", write_option_list},
    {AT_GenericOptions, "", write_option_changes},
    {AT_EnableTrig, "ENABLE TRIGGER", write_trigger},
    {AT_EnableAlwaysTrig, "ENABLE ALWAYS TRIGGER", write_trigger},
    {AT_EnableReplicaTrig, "ENABLE REPLICA TRIGGER", write_trigger},
    {AT_DisableTrig, "DISABLE TRIGGER", write_trigger},
    {AT_EnableTrigAll, "ENABLE TRIGGER ALL", write_plain},
    {AT_EnableTrigUser, "ENABLE TRIGGER USER", write_plain},
    {AT_DisableTrigAll, "DISABLE TRIGGER ALL", write_plain},
    {AT_DisableTrigUser, "DISABLE TRIGGER USER", write_plain},
    {AT_EnableRule, "ENABLE RULE", write_plain},
    {AT_EnableAlwaysRule, "ENABLE ALWAYS RULE", write_plain},
    {AT_EnableReplicaRule, "ENABLE REPLICA RULE", write_plain},
    {AT_DisableRule, "DISABLE RULE", write_plain},
    {AT_AddInherit, "INHERIT", write_parent},
    {AT_DropInherit, "NO INHERIT", write_parent},
    {AT_AddOf, "OF", write_row_type},
    {AT_DropOf, "NOT OF", write_plain},
    {AT_EnableRowSecurity, "ENABLE ROW LEVEL SECURITY", write_plain},
    {AT_DisableRowSecurity, "DISABLE ROW LEVEL SECURITY", write_plain},
    {AT_ForceRowSecurity, "FORCE ROW LEVEL SECURITY", write_plain},
    {AT_NoForceRowSecurity, "NO FORCE ROW LEVEL SECURITY", write_plain},
    {AT_ReplicaIdentity, "REPLICA IDENTITY", write_replica_identity},
    {AT_AttachPartition, "ATTACH PARTITION", write_attach},
    {AT_DetachPartition, "DETACH PARTITION", write_detach},
    {AT_DetachPartitionFinalize, "DETACH PARTITION", write_detach},
    {AT_DropOids, "", nullptr},          // does nothing any more
    {AT_ReplaceRelOptions, "", nullptr}, // part of CREATE OR REPLACE VIEW
};

} // namespace

bool write_relation_subcommand(AlterTable &alter, const Subcommand &subcommand)
{
    return write_by_form(forms, alter, subcommand);
}

} // namespace pg_follower::deparse
