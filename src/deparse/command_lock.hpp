// The lock that keeps commands off while a downstream reads this database's schema.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::deparse {

// Takes the lock that every transaction with a command that follows holds until its end; any number of them can hold
// it at a time. Waits while a downstream reads the schema (follower.lock_commands). It costs next to nothing where the
// transaction has it already.
void share_command_lock();

} // namespace pg_follower::deparse
