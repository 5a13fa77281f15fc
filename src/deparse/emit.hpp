// Puts DDL into WAL.
#pragma once

#include "script.hpp"

namespace pg_follower {

// Writes a statement as a logical message of the current transaction; RunAs::caller is `caller`.
void emit_statement(const char *tag, const char *object, Oid caller, const Statement &statement);

// Writes the record of a command that cannot follow, for `reason`.
void emit_unsupported(const char *tag, const char *object, const char *reason);

} // namespace pg_follower
