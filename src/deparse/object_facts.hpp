// Facts about an object: whether it follows at all, who owns it, and how messages name it.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// "table public.foo"; empty for an invalid address.
const char *describe_object(const ObjectAddress &address);

// Whether the object is temporary, belongs to a temporary relation, or uses something temporary and so ends with it.
bool is_temporary(const ObjectAddress &address);

// Whether the object uses something temporary, so that it ends with it. Objects that stand in no schema may be asked
// for, too.
bool uses_temporary(const ObjectAddress &address);

// Whether the object is this extension itself, which each side creates and drops by itself.
bool is_own_extension(const ObjectAddress &address);

// The role that must run the command downstream. It is the current user but for the elements of CREATE SCHEMA ...
// AUTHORIZATION, which their owner runs.
Oid creator_of(const Command &command);

} // namespace pg_follower::deparse
