// The subcommands of ALTER TABLE about constraints and their indexes.
#include "deparse/table/alter_table_constraint.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "deparse/table/constraint_parts.hpp"
#include "deparse/table/tablespaces.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/pg_constraint.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

Oid constraint_relation(Oid constraint)
{
    SyscacheRow<FormData_pg_constraint> row(CONSTROID, ObjectIdGetDatum(constraint));
    return row ? row->conrelid : InvalidOid;
}

// The constraint that ADD CONSTRAINT made for the relation; InvalidOid where it is another relation's. One that merged
// with an inherited constraint, which thereby became the relation's own, too, has no address, but a name.
Oid added_constraint(const AlterTable &alter, const Subcommand &subcommand)
{
    if (OidIsValid(subcommand.address.classId))
        return subcommand.address.classId == ConstraintRelationId &&
                       constraint_relation(subcommand.address.objectId) == alter.relid()
                   ? subcommand.address.objectId
                   : InvalidOid;
    auto *definition = castNode(Constraint, subcommand.command->def);
    return definition->contype == CONSTR_CHECK && definition->conname
               ? get_relation_constraint_oid(alter.relid(), definition->conname, true)
               : InvalidOid;
}

// Of the user's ADD CONSTRAINT ... USING INDEX subcommands, the one that gave the constraint its name: the index had
// another name then. An unnamed constraint takes the index's name.
const char *index_of_constraint(const AlterTable &alter, const char *constraint)
{
    for (AlterTableCmd *command : each<AlterTableCmd>(alter.statement() ? alter.statement()->cmds : NIL)) {
        if (command->subtype != AT_AddConstraint)
            continue;
        auto *definition = castNode(Constraint, command->def);
        if (definition->indexname && definition->conname && strcmp(definition->conname, constraint) == 0)
            return definition->indexname;
    }
    return constraint;
}

void write_using_index(AlterTable &alter, Oid constraint)
{
    SyscacheRow<FormData_pg_constraint> form(CONSTROID, constraint, "constraint");
    const char *name = NameStr(form->conname);
    SqlWriter &out = alter.next();
    out.text("ADD CONSTRAINT ").name(name);
    out.text(form->contype == CONSTRAINT_PRIMARY ? " PRIMARY KEY" : " UNIQUE");
    out.text(" USING INDEX ").name(index_of_constraint(alter, name));
    if (form->condeferrable)
        out.text(" DEFERRABLE");
    if (form->condeferred)
        out.text(" INITIALLY DEFERRED");
}

void write_index_constraint(AlterTable &alter, Oid constraint)
{
    write_constraint(alter.next().text("ADD "), constraint);
    write_constraint_tablespace(alter.script(), constraint);
}

// What a CASCADE took besides is dropped by statements of its own, before this one if the command has ended.
void write_drop_constraint(AlterTable &alter, const AlterTableCmd *command)
{
    SqlWriter &out = alter.next();
    out.text(command->missing_ok ? "DROP CONSTRAINT IF EXISTS " : "DROP CONSTRAINT ").name(command->name);
    if (command->behavior == DROP_CASCADE && alter.command().event->is_running)
        out.text(" CASCADE");
}

void write_alter_constraint(AlterTable &alter, const AlterTableCmd *command)
{
#if PG_VERSION_NUM >= 180000
    auto *change = castNode(ATAlterConstraint, command->def);
    SqlWriter &out = alter.next();
    out.text("ALTER CONSTRAINT ").name(change->conname);
    if (change->alterDeferrability)
        out.text(change->deferrable ? " DEFERRABLE" : " NOT DEFERRABLE")
            .text(change->initdeferred ? " INITIALLY DEFERRED" : " INITIALLY IMMEDIATE");
    if (change->alterEnforceability)
        out.text(change->is_enforced ? " ENFORCED" : " NOT ENFORCED");
    if (change->alterInheritability)
        out.text(change->noinherit ? " NO INHERIT" : " INHERIT");
#else
    auto *definition = castNode(Constraint, command->def);
    alter.next()
        .text("ALTER CONSTRAINT ")
        .name(definition->conname)
        .text(definition->deferrable ? " DEFERRABLE" : " NOT DEFERRABLE")
        .text(definition->initdeferred ? " INITIALLY DEFERRED" : " INITIALLY IMMEDIATE");
#endif
}

} // namespace

bool write_constraint_subcommand(AlterTable &alter, const Subcommand &subcommand)
{
    const AlterTableCmd *command = subcommand.command;
    switch (subcommand.type) {
    case AT_AddConstraint:
        if (Oid constraint = added_constraint(alter, subcommand); OidIsValid(constraint))
            write_constraint(alter.next().text("ADD "), constraint);
        return true;
    case AT_AddIndex: {
        Oid index = subcommand.address.objectId;
        Oid constraint = OidIsValid(index) ? get_index_constraint(index) : InvalidOid;
        if (OidIsValid(constraint) && IndexGetRelation(index, true) == alter.relid())
            write_index_constraint(alter, constraint);
        return true;
    }
    case AT_AddIndexConstraint:
        if (subcommand.address.classId == ConstraintRelationId &&
            constraint_relation(subcommand.address.objectId) == alter.relid())
            write_using_index(alter, subcommand.address.objectId);
        return true;
    case AT_AlterConstraint:
        write_alter_constraint(alter, command);
        return true;
    case AT_ValidateConstraint:
        alter.next().text("VALIDATE CONSTRAINT ").name(command->name);
        return true;
    case AT_DropConstraint:
        write_drop_constraint(alter, command);
        return true;
    case AT_ReAddIndex:
    case AT_ReAddConstraint:
    case AT_ReAddDomainConstraint:
    case AT_ReAddComment:
    case AT_ReAddStatistics:
        return true; // consequences of a column's new type
    default:
        return false;
    }
}

} // namespace pg_follower::deparse
