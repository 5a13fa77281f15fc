// Puts DDL into WAL.
#pragma once

#include "deparse/dropped_objects.hpp"
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

// Announces that the next statement drops the object: what numbers of it that rows hold meant.
void emit_dropped(const DroppedObject &object);

} // namespace pg_follower::deparse
