// Configuration tables of extensions: those whose rows a dump, and a follower, takes along.
#pragma once

#include "pg_follower/list.hpp"
#include "pg_follower/pg.hpp"

namespace pg_follower {

// The tables and sequences that the extension has marked by pg_extension_config_dump(), as a list of OIDs. None where
// there is no such extension.
List *extension_configuration(Oid extension);

} // namespace pg_follower
