// Roles in the stream.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Whether roles that a command needs are to be created downstream where they are missing. They are if the library is
// preloaded and pg_follower.roles is not "off".
bool missing_roles_follow();

// Whether commands about roles follow, where the hook sees them.
bool all_roles_follow();

} // namespace pg_follower::deparse
