// Keeps the extension from being dropped while it is needed.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Has `refuse` called with the extension's table of that name, just before that is dropped, by whatever statement: DROP
// EXTENSION, a schema with CASCADE, DROP OWNED. Assumes that the library is loaded by then, which an event trigger sees
// to (pg_follower_ddl_command_start). Called from _PG_init, with a name that lasts.
void guard_table(const char *name, void (*refuse)(Oid table));

} // namespace pg_follower
