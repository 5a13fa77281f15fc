// Rows are applied to a table whatever privileges its owner has kept on it.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// Installs the executor hook; called once, when the worker starts.
void install_owner_privileges();

// The next plan that the executor starts runs without checks of privileges on its relations: a row that was written
// upstream belongs here, though the owner may have revoked, say, INSERT from itself. Plans that it starts in turn
// (of triggers) are checked as ever.
void skip_next_privilege_check();

} // namespace pg_follower::apply
