// The downstream: the worker that follows, and the functions that command it. See src/apply/worker/worker.cpp.
//
// Its entry points and SQL-callable functions are found by name, where they are defined.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Keeps the extension from being dropped under a follow, and registers the launcher that resumes every follow after a
// restart of the server, when the library is preloaded; called once, from _PG_init.
void init_apply();

} // namespace pg_follower
