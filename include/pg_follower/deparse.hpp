// The deparser: event triggers that write DDL to WAL as SQL text. See src/deparse/capture/event_trigger.cpp.
//
// Its SQL-callable functions (the event triggers, the view of commands) are found by name, where they are defined.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Installs what the deparser needs beyond its event triggers; called once, from _PG_init.
void init_deparse();

} // namespace pg_follower
