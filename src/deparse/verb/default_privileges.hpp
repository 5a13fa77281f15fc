// What drops do to default privileges.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Takes back the default privileges that were in a dropped row of pg_default_acl.
void drop_default_privileges(Script &script, Oid default_acl);

// Takes from other roles' default privileges what DROP OWNED BY `roles` (OIDs) took from them.
void revoke_default_privileges(Script &script, const List *roles);

} // namespace pg_follower::deparse
