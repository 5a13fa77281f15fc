// The OPTIONS clause of foreign-data objects.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Appends OPTIONS (name 'value', ...), from an array of "name=value"; nothing for an empty one.
void write_foreign_options(SqlWriter &out, Datum options);

// Appends OPTIONS (ADD name 'value', SET name 'value', DROP name), from an ALTER statement that gives some.
void write_foreign_option_changes(SqlWriter &out, const List *options);

// Appends the SERVER and OPTIONS clauses of a foreign table.
void write_foreign_table_clauses(SqlWriter &out, Oid relid);

// Writes the ALTER FOREIGN TABLE that gives a new column its OPTIONS, if it has any.
void write_foreign_column_options(Script &script, Oid relid, AttrNumber column);

} // namespace pg_follower::deparse
