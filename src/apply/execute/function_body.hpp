// What the body of a function in SQL names. See function_body.cpp.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "nodes/pg_list.h"
}

namespace pg_follower::apply {

// An object that a name without a schema could mean.
struct NamedObject {
    Oid catalog, object, schema;
};

struct BodyNames {
    bool is_select;             // the body is a single SELECT; if it is not, nothing else here is known
    bool while_running;         // it also looks names up while it runs, or writes them
    bool has_other_types;       // it names types elsewhere than in casts
    bool has_values_with_parts; // it has a string that could be read as a row, an array or a range
    List *objects;              // NamedObject: what its names could mean in whatever schema but the server's own
    List *qualified;            // likewise for those of its names that have a schema, which they may be in or not
};

// What the body names. An error where it is no SQL.
BodyNames names_of_body(const char *body);

// Whether a body that was read when the function was created looks names up while it runs, or writes them. `tree` is
// pg_proc.prosqlbody.
bool looks_names_up(const char *tree);

// Whether an argument or the result of the function is of a type as regclass, whose text is a name.
bool takes_or_gives_names(const FormData_pg_proc &function);

// Whether the function is one of the server's that looks names up, or writes them, while it runs.
bool is_function_of_names(Oid function);

} // namespace pg_follower::apply
