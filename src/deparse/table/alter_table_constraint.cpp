// The subcommands of ALTER TABLE about constraints and their indexes.
#include "deparse/table/alter_table_constraint.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "deparse/table/constraint_parts.hpp"
#include "deparse/table/not_null.hpp"
#include "deparse/table/tablespaces.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"

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

// Whether the user wrote ADD NOT NULL of the column.
bool user_added_not_null(const AlterTable &alter, const char *column)
{
    for (AlterTableCmd *command : each<AlterTableCmd>(alter.statement() ? alter.statement()->cmds : NIL))
        if (command->subtype == AT_AddConstraint) {
            auto *definition = castNode(Constraint, command->def);
            if (definition->contype == CONSTR_NOTNULL && strcmp(strVal(linitial(definition->keys)), column) == 0)
                return true;
        }
    return false;
}

// ADD NOT NULL, from version 18 on. A column that the same command adds has it in its definition, and a primary key
// sets its columns NOT NULL by itself.
void write_add_not_null(AlterTable &alter, const Constraint &definition)
{
    const char *name = strVal(linitial(definition.keys));
    AttrNumber column = get_attnum(alter.relid(), name);
    if (alter.executes(AT_AddColumn, column) || !user_added_not_null(alter, name))
        return;
    Oid constraint = not_null_constraint(alter.relid(), column);
    if (is_plain_not_null(constraint))
        alter.next().text("ALTER COLUMN ").name(name).text(" SET NOT NULL");
    else
        write_constraint(alter.next().text("ADD "), constraint);
}

void write_add_constraint(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    auto *definition = castNode(Constraint, subcommand.command->def);
    if (definition->contype == CONSTR_NOTNULL)
        write_add_not_null(alter, *definition);
    else if (Oid constraint = added_constraint(alter, subcommand); OidIsValid(constraint))
        write_constraint(alter.next().text("ADD "), constraint);
}

void write_add_index(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    Oid index = subcommand.address.objectId;
    Oid constraint = OidIsValid(index) ? get_index_constraint(index) : InvalidOid;
    if (!OidIsValid(constraint) || IndexGetRelation(index, true) != alter.relid())
        return;
    write_constraint(alter.next().text("ADD "), constraint);
    write_constraint_tablespace(alter.script(), constraint);
}

void write_add_index_constraint(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    if (subcommand.address.classId == ConstraintRelationId &&
        constraint_relation(subcommand.address.objectId) == alter.relid())
        write_using_index(alter, subcommand.address.objectId);
}

// What a CASCADE took besides is dropped by statements of its own, before this one if the command has ended.
void write_drop_constraint(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    const AlterTableCmd *command = subcommand.command;
    SqlWriter &out = alter.next();
    out.text(command->missing_ok ? "DROP CONSTRAINT IF EXISTS " : "DROP CONSTRAINT ").name(command->name);
    if (command->behavior == DROP_CASCADE && alter.command().event->is_running)
        out.text(" CASCADE");
}

void write_alter_constraint(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    ConstraintChange change = constraint_change(subcommand.command);
    SqlWriter &out = alter.next();
    out.text("ALTER CONSTRAINT ").name(change.name);
    if (change.changes_deferrability)
        out.text(change.deferrable ? " DEFERRABLE" : " NOT DEFERRABLE")
            .text(change.initially_deferred ? " INITIALLY DEFERRED" : " INITIALLY IMMEDIATE");
    if (change.changes_enforceability)
        out.text(change.enforced ? " ENFORCED" : " NOT ENFORCED");
    if (change.changes_inheritability)
        out.text(change.no_inherit ? " NO INHERIT" : " INHERIT");
}

void write_validate_constraint(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    alter.next().text("VALIDATE CONSTRAINT ").name(subcommand.command->name);
}

constexpr SubcommandForm forms[] = {
    {AT_AddConstraint, "", write_add_constraint},
    {AT_AddIndex, "", write_add_index},
    {AT_AddIndexConstraint, "", write_add_index_constraint},
    {AT_AlterConstraint, "", write_alter_constraint},
    {AT_ValidateConstraint, "", write_validate_constraint},
    {AT_DropConstraint, "", write_drop_constraint},
    // Consequences of a column's new type.
    {AT_ReAddIndex, "", nullptr},
    {AT_ReAddConstraint, "", nullptr},
    {AT_ReAddDomainConstraint, "", nullptr},
    {AT_ReAddComment, "", nullptr},
    {AT_ReAddStatistics, "", nullptr},
};

} // namespace

bool write_constraint_subcommand(AlterTable &alter, const Subcommand &subcommand)
{
    return write_by_form(forms, alter, subcommand);
}

} // namespace pg_follower::deparse
