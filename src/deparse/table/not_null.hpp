// NOT NULL of a table's column, and of a domain. It is a constraint with a row in pg_constraint, for tables from
// version 18 on and for domains from 17 on. Before, it is no more than a mark.
#pragma once

#include "deparse/script.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower::deparse {

// The constraint that makes the column NOT NULL; InvalidOid where there is none, as always before version 18.
Oid not_null_constraint(Oid relid, AttrNumber column);

// The column that a NOT NULL constraint, a row of pg_constraint, is about.
AttrNumber not_null_column(HeapTuple constraint);

// Whether the table itself says that the column is NOT NULL: it does not only inherit that. Before version 18 nothing
// tells what a table says beside its parent, and it is taken to say nothing, as pg_dump does.
bool is_own_not_null(Relation relation, AttrNumber column);

// Writes " NOT NULL" in the column's definition where the table itself says so, with the constraint's name where the
// server would choose another one.
void write_not_null(SqlWriter &out, Relation relation, AttrNumber column);

// Writes " NOT NULL", in the same way, of a domain that is so. From version 17 on that is a constraint.
void write_domain_not_null(SqlWriter &out, Oid domain);

// The column that the relation's constraint of that name makes NOT NULL; null for constraints of other kinds.
const char *column_of_not_null(Oid relid, const char *name);

// Whether SET NOT NULL makes the constraint as it is: valid, for descendants too, and with the name that the server
// chooses.
bool is_plain_not_null(Oid constraint);

} // namespace pg_follower::deparse
