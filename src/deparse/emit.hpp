// Puts DDL into WAL.
#pragma once

#include "deparse/follow.hpp"

namespace pg_follower::deparse {

// Writes a statement as a logical message of the current transaction. `roles` (a list of OIDs) are those that its
// command names.
void emit_statement(const FollowedCommand &command, const List *roles, const Statement &statement);

// Writes the record of a command that cannot follow, for `reason`.
void emit_unsupported(const FollowedCommand &command, const char *reason);

// Announces that rows which the current transaction now writes into the table's new heap are its new contents;
// InvalidOid ends that for all tables.
void emit_rewrite(Oid relid);

} // namespace pg_follower::deparse
