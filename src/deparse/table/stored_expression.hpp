// Expressions that the catalogs hold as node strings.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// An expression over the relation's columns (a default, a check, the condition of a policy).
void write_stored_expression(SqlWriter &out, Oid relid, const char *node_string);

// FOR VALUES ... or DEFAULT, of a partition.
void write_partition_bound(SqlWriter &out, Oid partition);

} // namespace pg_follower::deparse
