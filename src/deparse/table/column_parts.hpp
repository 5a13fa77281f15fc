// Parts of the definitions of columns, from the catalog.
#pragma once

#include "deparse/script.hpp"

extern "C" {
#include "catalog/pg_attribute.h"
#include "utils/rel.h"
}

namespace pg_follower::deparse {

// Whether the column is of a temporary type, so that its table follows without it. If so, the user is told.
bool leave_out_column(const FormData_pg_attribute &column);

// The default (or generation expression) of a column as SQL text; null where there is none.
const char *column_default(Relation relation, AttrNumber column);

// GENERATED ALWAYS AS (expression), of a generated column.
void write_generation(SqlWriter &out, const FormData_pg_attribute &column, const char *expression);

// COLLATE, where the column's collation is not its type's own.
void write_column_collation(SqlWriter &out, const FormData_pg_attribute &column);

// The rest of a column's definition behind its type: COLLATE, COMPRESSION, DEFAULT or GENERATED, NOT NULL. `given`
// takes the place of the DEFAULT or GENERATED clause.
void write_column_properties(SqlWriter &out, Relation relation, AttrNumber column, const char *given = nullptr);

// GENERATED ... AS IDENTITY (SEQUENCE NAME ...), of an identity column.
void write_identity(SqlWriter &out, Relation relation, AttrNumber column, Oid sequence);

// PLAIN, EXTERNAL, EXTENDED or MAIN, for pg_attribute.attstorage or pg_type.typstorage.
const char *storage_name(char storage);

} // namespace pg_follower::deparse
