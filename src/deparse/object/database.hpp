// The followed database as an object of commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// "database name" where it is the followed one, else null.
const char *object_if_this_database(const char *name);

// Takes from the privileges on the database what DROP OWNED BY `roles` (OIDs) took from them.
void revoke_on_database(Script &script, const List *roles);

} // namespace pg_follower::deparse
