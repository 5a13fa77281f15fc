// Constraints of tables, from the catalog.
#pragma once

#include "deparse/script.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
}

namespace pg_follower::deparse {

// The constraints of the relation, in the order of their names.
inline CatalogScan<FormData_pg_constraint> constraints_of(Oid relid)
{
    return CatalogScan<FormData_pg_constraint>(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                                               {{Anum_pg_constraint_conrelid, relid}});
}

// CONSTRAINT name definition, with index options: as in CREATE TABLE or behind ADD.
void write_constraint(SqlWriter &out, Oid constraint);

} // namespace pg_follower::deparse
