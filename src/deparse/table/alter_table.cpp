// ALTER TABLE and its siblings (ALTER INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW, FOREIGN TABLE, and TYPE for composite
// types), from the subcommands that the server executed.
//
// One statement holds all of a command's subcommands in the order of their execution, which is the order in which the
// downstream, too, will execute them. What a subcommand made is read from the catalog. Two kinds of subcommands are
// left out, because the downstream executes them by itself, too: those on descendants, and those that the server added
// as a consequence of others (an index is rebuilt for a column's new type). Where a command runs others in its midst
// (CREATE SEQUENCE for a serial column), the server collects it in parts, and each part becomes a statement.
#include "deparse/object_facts.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/alter_table_column.hpp"
#include "deparse/table/alter_table_constraint.hpp"
#include "deparse/table/alter_table_relation.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "deparse/table/column_parts.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

namespace {

// Whether the subcommand is about a column, or a constraint, that ends with something temporary.
bool is_about_left_out(const AlterTable &alter, const Subcommand &subcommand)
{
    const ObjectAddress &address = subcommand.address;
    if (address.classId == ConstraintRelationId)
        return is_temporary(address);
    if (address.classId != RelationRelationId || address.objectId != alter.relid() || address.objectSubId <= 0 ||
        subcommand.type == AT_AlterColumnType)
        return false;
    RelationScope relation(alter.relid());
    Form_pg_attribute column = TupleDescAttr(RelationGetDescr(relation), address.objectSubId - 1);
    return !column->attisdropped && leave_out_column(*column);
}

} // namespace

void deparse_alter_table(Script &script, const Command &command)
{
    // What CREATE OR REPLACE VIEW and CREATE INDEX do to their relation is in the text of those commands, and what
    // CREATE TABLE adds to the table that it makes is in its text.
    if (!IsA(command.parse_tree, AlterTableStmt) && !IsA(command.parse_tree, AlterTableMoveAllStmt))
        return;
    AlterTable alter(script, command);
    if (command.event->writes_relation(alter.relid()))
        return;

    for (const Subcommand &subcommand : alter.subcommands())
        if (!is_about_left_out(alter, subcommand) && !write_column_subcommand(alter, subcommand) &&
            !write_constraint_subcommand(alter, subcommand) && !write_relation_subcommand(alter, subcommand))
            cannot_follow(psprintf("subcommand %d of ALTER TABLE is not known", static_cast<int>(subcommand.type)));
}

} // namespace pg_follower::deparse
