// The roles of the cluster, all at once.
#pragma once

#include "pg_follower/sql_writer.hpp"

namespace pg_follower::deparse {

// Appends statements, each with a semicolon, that create every role of this cluster where it is missing, with its
// attributes and its password as it is stored, and that make the memberships of all roles. A role that exists is left
// as it is: it may be another server's administrator.
void write_all_roles(SqlWriter &out);

} // namespace pg_follower::deparse
