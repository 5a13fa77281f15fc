// Parts of relation definitions, read from the catalog: shared by CREATE TABLE, ALTER TABLE and their siblings.
// Each appends to `out` under the fixed settings.
#pragma once

#include "deparse/script.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
}

namespace pg_follower::deparse {

// An expression over the relation's columns (a default, a check), stored as a node string.
void write_stored_expression(SqlWriter &out, Oid relid, const char *node_string);

// Whether the column is of a temporary type, so that its table follows without it. That is told then.
bool leave_out_column(const FormData_pg_attribute &column);

// The default (or generation expression) of a column as SQL text; null where there is none.
const char *column_default(Relation relation, AttrNumber column);

// COLLATE, where the column's collation is not its type's own.
void write_column_collation(SqlWriter &out, const FormData_pg_attribute &column);

// The rest of a column's definition behind its type: COLLATE, COMPRESSION, DEFAULT or GENERATED, NOT NULL. `given`
// takes the place of the DEFAULT or GENERATED clause.
void write_column_properties(SqlWriter &out, Relation relation, AttrNumber column, const char *given = nullptr);

// GENERATED ... AS IDENTITY (SEQUENCE NAME ...), of an identity column.
void write_identity(SqlWriter &out, Relation relation, AttrNumber column, Oid sequence);

// PLAIN, EXTERNAL, EXTENDED or MAIN, for pg_attribute.attstorage.
const char *storage_name(char storage);

// FOR VALUES ... or DEFAULT, of a partition.
void write_partition_bound(SqlWriter &out, Oid partition);

// The relation that a statement names, as the session resolved the name.
Oid find_relation(const Event &event, const RangeVar *name);

// CONSTRAINT name definition, with index options: as in CREATE TABLE or behind ADD.
void write_constraint(SqlWriter &out, Oid constraint);

// Moves an index that was made to its tablespace, if it has one of its own and that exists downstream too. `recursed`:
// and its partitions' indexes, which have theirs from the parent or the session.
void write_index_tablespaces(Script &script, Oid index, bool recursed);

// The same for the constraint's index, if it has one.
void write_constraint_tablespace(Script &script, Oid constraint);

// Moves a relation to a tablespace, if that exists downstream too; InvalidOid is the database's own.
void write_tablespace(Script &script, const char *alter, Oid relid, Oid tablespace);

// The constraints of the relation, in the order of their names.
inline CatalogScan<FormData_pg_constraint> constraints_of(Oid relid)
{
    return CatalogScan<FormData_pg_constraint>(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                                               {{Anum_pg_constraint_conrelid, relid}});
}

// WITH (name = 'value', toast.name = 'value'); nothing where there are no options.
void write_with_options(SqlWriter &out, Relation relation);

// Options as a statement gives them: name = 'value', ..., only the name where there is no value.
void write_options(SqlWriter &out, const List *options);

// Changes of a foreign object's options: ADD name 'value', SET name 'value', DROP name.
void write_generic_option_changes(SqlWriter &out, const List *options);

// Options as an array of "name=value" (pg_class.reloptions and others): name = 'value', ... Returns whether it wrote.
bool write_option_list(SqlWriter &out, Datum options, const char *prefix, SqlWriter::Separator &comma);

} // namespace pg_follower::deparse
