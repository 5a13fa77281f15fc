// Triggers in ALTER TABLE.
#pragma once

#include "deparse/table/alter_table_statement.hpp"

namespace pg_follower::deparse {

// Writes `keywords` (ENABLE TRIGGER, ...) for a trigger that belongs to a constraint, as a statement of its own.
// Returns false where the trigger is a user's.
bool write_constraint_trigger(AlterTable &alter, const char *keywords, const char *trigger);

} // namespace pg_follower::deparse
