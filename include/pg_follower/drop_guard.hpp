// Keeps the extension, and databases, from being dropped while they are needed.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Has `refuse` called with the extension's table of that name just before the table is dropped, whatever the statement
// is: DROP EXTENSION, DROP SCHEMA ... CASCADE, DROP OWNED. It assumes that the library is loaded by then; an event
// trigger sees to that (pg_follower_ddl_command_start). It is called from _PG_init, with a name that lasts.
void guard_table(const char *name, void (*refuse)(Oid table));

// Has `refuse` called with a database just before it is dropped, in sessions that have the library. For _PG_init.
void guard_databases(void (*refuse)(Oid database));

} // namespace pg_follower
