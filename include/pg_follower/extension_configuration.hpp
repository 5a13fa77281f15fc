// Configuration tables of extensions: those whose rows a dump, and a follower, takes along.
#pragma once

#include "pg_follower/list.hpp"
#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_follower {

// The tables and sequences that the extension has marked by pg_extension_config_dump(), as a list of OIDs. None where
// there is no such extension.
List *extension_configuration(Oid extension);

// Whether the rows of a table of the extension follow: it is a configuration table, and `skipped`, a list of strings,
// names neither the extension nor the table as "schema.table".
bool rows_of_extension_follow(Relation table, Oid extension, const List *skipped);

} // namespace pg_follower
