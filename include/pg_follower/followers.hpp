// Who may follow this database.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Whether anybody can follow this database: the extension is installed, and a logical slot uses the plugin.
//
// A transaction that looked for a slot before it was there had its transaction id by then, so the slot's consistent
// point comes after its commit, and the slot does not decode it.
bool anybody_follows();

// The name of a logical slot of this database that uses the plugin; null where there is none.
const char *some_slot();

} // namespace pg_follower
