// Which statements make the schema here, from what the upstream tells.
#pragma once

#include "apply/state/copy_statements.hpp"

namespace pg_follower::apply {

// What the upstream tells beside its dump. Texts may be null.
struct SchemaFacts {
    bool user_mappings;      // user mappings, and subscriptions with a password, may be copied
    const char *extensions;  // name and version of each, every one on a line of its own
    const char *own_members; // schema and name, unquoted, of what belongs to pg_follower there, on two lines each
    const char *first;       // statements before the dump
    const char *detached;    // statements behind it
    const char *database;    // statements about the database itself, which may fail
    bool keeps_what_is_here; // what is there already is no error
    bool keeps_schemas;      // the same of schemas alone
};

// The statements to be run, a list of CopyStatement.
List *schema_statements(const char *dump, const SchemaFacts &facts);

} // namespace pg_follower::apply
