// Roles and the settings of databases, which event triggers do not see.
#pragma once

#include "script.hpp"

namespace pg_follower {

// Installs the hook that sees the commands, where the library is preloaded.
void install_role_commands();

// Makes sure that a role which a statement needs is there downstream, where pg_follower.roles says so: once in each
// transaction.
void ensure_role(Oid role);

} // namespace pg_follower
