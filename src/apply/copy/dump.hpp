// The upstream's schema as pg_dump writes it.
#pragma once

#include "apply/state/follow.hpp"

namespace pg_follower::apply {

// Raises ERRCODE_UNDEFINED_FILE, with the package to install as hint, unless this server has a pg_dump beside it that
// can read a server of that version, such as 150004.
void check_pg_dump(int upstream_version);

// As what pg_dump connects to the upstream.
const char *dump_application_name(const Follow &follow);

// What `pg_dump --schema-only` writes about the upstream, in this database's encoding. Null where `go_on(argument)`,
// which asks the upstream, once a second and where pg_dump has failed, said to end it. Raises an error with what
// pg_dump said where that fails.
const char *dump_schema(const Follow &follow, bool (*go_on)(void *argument), void *argument);

} // namespace pg_follower::apply
