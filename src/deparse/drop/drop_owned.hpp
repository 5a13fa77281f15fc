// DROP OWNED.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// What DROP OWNED did that neither the list of dropped objects nor the collected REVOKE commands tell.
void write_drop_owned(Script &script, const DropOwnedStmt *statement);

} // namespace pg_follower::deparse
