// Tables that take the rows of a rewrite as they are.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Whether a check, a trigger or a rule of the table would refuse or change rows that are inserted as a rewrite left
// them.
bool has_effects(Oid relid);

// Suspends the table's checks, triggers and rules downstream, until restore_effects. No ALTER TABLE of the table may
// run between the two.
void suspend_effects(Script &script, Oid relid);
void restore_effects(Script &script, Oid relid);

} // namespace pg_follower::deparse
