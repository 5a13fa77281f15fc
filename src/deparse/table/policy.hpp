// Policies in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// ALTER POLICY with all that it can change; it cannot take a condition away.
void write_altered_policy(Script &script, Oid policy);

// What DROP OWNED did to the roles of policies.
void write_changed_policy_roles(Script &script);

} // namespace pg_follower::deparse
