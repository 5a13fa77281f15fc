// Statements that keep a setting of the role for later: ALTER FUNCTION ... SET role TO x.
#pragma once

#include "pg_follower/ddl_message.hpp"

namespace pg_follower::apply {

// Whether the statement has a SET or RESET clause about the role, and may run where the role may change. The server
// refuses such clauses elsewhere.
bool needs_role_free(const DdlMessage &record, Oid role);

} // namespace pg_follower::apply
