// The tables that have REPLICA IDENTITY FULL from here, as the table follower.keyless_table remembers them.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::deparse {

bool is_keyless_table(Oid relid);

List *keyless_tables(); // their OIDs, also of those that have been dropped since
// Both may be called for a table that is remembered, or forgotten, already.
void remember_keyless_table(Oid relid);
void forget_keyless_table(Oid relid);

} // namespace pg_follower::deparse
