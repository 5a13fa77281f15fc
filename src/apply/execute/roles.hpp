// The roles that commands of the upstream need.
#pragma once

#include "pg_follower/ddl_message.hpp"

namespace pg_follower::apply {

// The role that runs a command here, after those that the command needs have been created where that is asked for.
//
// For a role that is missing then, pg_follower.missing_role says: raise ERRCODE_UNDEFINED_OBJECT, with a hint; or run
// the command as the worker's own role, and where it is the command's text that names it, leave out the command: then
// the result is InvalidOid, and `*reason` says why.
Oid role_of(const DdlMessage &ddl, const char **reason);

} // namespace pg_follower::apply
