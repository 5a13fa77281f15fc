// Tablespaces of relations. The downstream may lack them, so a relation moves to its tablespace in a statement of its
// own.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Moves a relation to a tablespace, if that exists downstream too; InvalidOid is the database's own.
void write_tablespace(Script &script, const char *alter, Oid relid, Oid tablespace);

// Moves a new index to its tablespace, if it has one of its own and that exists downstream too. `recursed`: moves its
// partitions' indexes, too, which have their tablespaces from the parent or the session.
void write_index_tablespaces(Script &script, Oid index, bool recursed);

// The same for the constraint's index, if it has one.
void write_constraint_tablespace(Script &script, Oid constraint);

} // namespace pg_follower::deparse
