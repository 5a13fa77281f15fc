// Functions, procedures and aggregates in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Appends schema.name(argument types): as WITH FUNCTION and the members of operator classes take it.
void write_routine_signature(SqlWriter &out, Oid routine);

// Writes CREATE [OR REPLACE] FUNCTION or PROCEDURE, from the catalog.
void write_routine(Script &script, Oid routine, bool replace);

// Appends `NAME = schema.name` for a support function, nothing for InvalidOid.
void write_function_option(SqlWriter &out, SqlWriter::Separator &comma, const char *option, Oid function);

} // namespace pg_follower::deparse
