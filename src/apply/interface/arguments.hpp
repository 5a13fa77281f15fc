// What the functions of the SQL interface ask of their callers and arguments.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower::apply {

// Raises ERRCODE_INSUFFICIENT_PRIVILEGE unless a superuser calls.
void require_superuser(const char *function);

// A text argument. Raises ERRCODE_NULL_VALUE_NOT_ALLOWED where it is null.
const char *required_text(FunctionCallInfo fcinfo, int number, const char *name);

// A text argument; null where it is null.
const char *optional_text(FunctionCallInfo fcinfo, int number);

// A boolean argument. Raises ERRCODE_NULL_VALUE_NOT_ALLOWED where it is null.
bool required_bool(FunctionCallInfo fcinfo, int number, const char *name);

// The argument follow_name. Raises ERRCODE_NULL_VALUE_NOT_ALLOWED where it is null.
const char *required_name(FunctionCallInfo fcinfo, int number);

} // namespace pg_follower::apply
