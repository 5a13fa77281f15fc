// CREATE SCHEMA with elements, whose commands are written before what functions do in their midst. See
// create_schema.cpp.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "nodes/nodes.h"
}

namespace pg_follower::deparse {

// At the start of a statement: notes a CREATE SCHEMA that has elements.
void begin_schema(Node *parse_tree);
// At its end: no function runs in its midst any more.
void end_schema(const Node *parse_tree);

// Installs the hooks that see functions begin; called once.
void install_create_schema();

} // namespace pg_follower::deparse
