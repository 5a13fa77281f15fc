// What both databases hold under the same name.
#pragma once

#include "apply/upstream/upstream.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace pg_follower::apply {

// What becomes of what this database holds already when a schema is copied (the argument `existing` of start_follow).
inline constexpr const char *existing_error = "error";     // it is refused
inline constexpr const char *existing_keep = "keep";       // it stays, with its rows, where it is the same
inline constexpr const char *existing_replace = "replace"; // it is dropped

struct Clash {
    const char *type; // as pg_identify_object() tells it
    const char *identity;
    bool differs; // in structure, as far as that can be compared: relations, types, routines
};

// The objects of users that this database has and the upstream has, too; a list of Clash. Extensions and what belongs
// to them are none. Puts the upstream's session under the search path of the system catalogs.
List *find_clashes(Upstream &upstream);

// Appends the statement, with its semicolon, that drops the object here, together with what depends on it. A schema
// stays, because it may hold what does not clash.
void write_drop(StringInfo out, const Clash &clash);

} // namespace pg_follower::apply
