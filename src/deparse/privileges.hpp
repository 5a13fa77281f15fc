// Parts of GRANT and REVOKE, which commands on objects, on the database and on default privileges share.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// "GRANT " or "REVOKE [GRANT OPTION FOR] ".
void write_grant_or_revoke(SqlWriter &out, bool is_grant, bool grant_option);

// " TO roles [WITH GRANT OPTION]" or " FROM roles [CASCADE]"; `grantees` is a list of OIDs, 0 for PUBLIC.
void write_grantees(SqlWriter &out, bool is_grant, bool grant_option, const List *grantees, DropBehavior behavior);

// A role as the statement names it (CURRENT_USER and the like are resolved), as an OID; 0 for PUBLIC.
Oid grantee(const RoleSpec *role);

} // namespace pg_follower::deparse
