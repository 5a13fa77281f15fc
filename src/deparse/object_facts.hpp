// Facts about an object: whether it follows at all, who owns it, and how messages name it.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// "table public.foo"; empty for an invalid address.
const char *describe_object(const ObjectAddress &address);

// Whether the object is temporary, belongs to a temporary relation, or uses something temporary and so ends with it.
bool is_temporary(const ObjectAddress &address);

// Whether the object uses something temporary, so that it ends with it; for objects that are not a schema's own, too.
bool uses_temporary(const ObjectAddress &address);

// Whether the object is this extension itself, which each side creates and drops by itself.
bool is_own_extension(const ObjectAddress &address);

// Who must run the command downstream: the owner of what it created, who may be another role than the current user
// (the elements of CREATE SCHEMA ... AUTHORIZATION); else the current user.
Oid creator_of(const Command &command);

} // namespace pg_follower::deparse
