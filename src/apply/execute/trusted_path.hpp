// The search path of functions that rows call. See trusted_path.cpp.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_follower::apply {

// The schemas in which a function finds names when it runs as a role and nobody chose a path for it, in the order in
// which they are searched.
struct FunctionSchemas {
    Oid author;    // the function's owner
    List *trusted; // those that count whatever is in them
    List *all;     // with those that do not
};

FunctionSchemas schemas_of_function(Oid function, Oid role);

// Whether nobody can create anything in the schema but who may do all that code of `role` may do when it calls a
// function of `author`.
bool is_trusted_schema(Oid schema, Oid role, Oid author);

// Whether the object belongs to such a role. One that is gone does not.
bool is_trusted_object(Oid catalog, Oid object, Oid role, Oid author);

} // namespace pg_follower::apply
