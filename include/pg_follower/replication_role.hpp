// Who may ask for what only a follower needs.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Raises ERRCODE_INSUFFICIENT_PRIVILEGE unless the caller may replicate: such a role may read the whole database by a
// slot or a base backup, so the answers tell it nothing that it could not read without them.
void require_replication(const char *function);

} // namespace pg_follower
