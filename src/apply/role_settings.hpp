// Statements that keep a setting of the role for later: ALTER FUNCTION ... SET role TO x.
#pragma once

#include "pg_follower/ddl_message.hpp"

namespace pg_follower::apply {

// Whether the statement has a SET or RESET clause about the role, which the server refuses to look at while the role
// must not change, and may run without that bound.
bool needs_role_free(const DdlMessage &record, Oid role);

} // namespace pg_follower::apply
