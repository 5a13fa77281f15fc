// The subcommands of ALTER TABLE about constraints and their indexes.
#include "deparse/table/alter_table_constraint.hpp"
#include "deparse/dead_rows.hpp"
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

void write_set_not_null(SqlWriter &out, const char *column)
{
    out.text("ALTER COLUMN ").name(column).text(" SET NOT NULL");
}

bool is_valid_constraint(Oid constraint)
{
    return SyscacheRow<FormData_pg_constraint>(CONSTROID, constraint, "constraint")->convalidated;
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
    SqlWriter set, add;
    write_set_not_null(set, name);
    if (is_plain_not_null(constraint)) {
        alter.next().text(set.c_str());
        return;
    }
    write_constraint(add.text("ADD "), constraint);
    if (is_valid_constraint(constraint)) {
        alter.next().since(18, add.c_str(), set.c_str());
        return;
    }
    // Older servers have nothing like it: there the column becomes NOT NULL when the constraint is validated.
    alter.separate(Needed::yes).text(add.c_str());
    alter.script().last().since = 18;
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

// The column that DROP CONSTRAINT made nullable; null where the constraint was another one, or may not have been there.
const char *column_of_dropped_not_null(const AlterTable &alter, const AlterTableCmd &command)
{
    if (command.missing_ok)
        return nullptr;
    DeadRows<FormData_pg_constraint> rows(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                                          {{Anum_pg_constraint_conrelid, alter.relid()},
                                           {Anum_pg_constraint_contypid, InvalidOid},
                                           {Anum_pg_constraint_conname, command.name}});
    auto row = rows.newest();
    return row && row->contype == not_null_constraint_type
               ? get_attname(alter.relid(), not_null_column(row.tuple()), true)
               : nullptr;
}

// What a CASCADE took besides is dropped by statements of its own, before this one if the command has ended.
void write_drop_constraint(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    const AlterTableCmd *command = subcommand.command;
    if (const char *column = column_of_dropped_not_null(alter, *command)) {
        SqlWriter drop, drop_not_null;
        drop.text("DROP CONSTRAINT ").name(command->name);
        drop_not_null.text("ALTER COLUMN ").name(column).text(" DROP NOT NULL");
        alter.next().since(18, drop.c_str(), drop_not_null.c_str());
        return;
    }
    SqlWriter &out = alter.next();
    out.text(command->missing_ok ? "DROP CONSTRAINT IF EXISTS " : "DROP CONSTRAINT ").name(command->name);
    if (command->behavior == DROP_CASCADE && alter.command().event->is_running)
        out.text(" CASCADE");
}

// On older servers descendants always have the parent's NOT NULL, and keep it for themselves where it is taken from
// them.
void write_inheritance_of_not_null(AlterTable &alter, const ConstraintChange &change, const char *column)
{
    SqlWriter text, set;
    text.text("ALTER CONSTRAINT ").name(change.name).text(change.no_inherit ? " NO INHERIT" : " INHERIT");
    if (!change.no_inherit) {
        write_set_not_null(set, column);
        alter.next().since(18, text.c_str(), set.c_str());
        return;
    }
    alter.separate(Needed::yes).text(text.c_str());
    alter.script().last().since = 18;
}

void write_alter_constraint(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    ConstraintChange change = constraint_change(subcommand.command);
    if (const char *column = column_of_not_null(alter.relid(), change.name)) {
        write_inheritance_of_not_null(alter, change, column);
        return;
    }
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
    SqlWriter validate, set;
    validate.text("VALIDATE CONSTRAINT ").name(subcommand.command->name);
    if (const char *column = column_of_not_null(alter.relid(), subcommand.command->name)) {
        write_set_not_null(set, column);
        alter.next().since(18, validate.c_str(), set.c_str());
    } else
        alter.next().text(validate.c_str());
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
