// The deparse functions, by object class. Each is a line in the table of commands.
#pragma once

#include "script.hpp"

namespace pg_follower {

// schema.cpp
void deparse_create_schema(Script &script, const Command &command);

// create_table.cpp
void deparse_create_table(Script &script, const Command &command);

// sequence.cpp
void deparse_create_sequence(Script &script, const Command &command);
void deparse_alter_sequence(Script &script, const Command &command);

// index.cpp
void deparse_create_index(Script &script, const Command &command);

} // namespace pg_follower
