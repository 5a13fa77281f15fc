// What the objects that a command has just dropped depended on.
#pragma once

#include "script.hpp"

namespace pg_follower {

// Whether the current transaction deleted (or updated) the row.
bool died_now(HeapTuple tuple);

// A row of pg_depend that went with its object.
struct DeadDependency {
    ObjectAddress referenced;
    char kind; // DEPENDENCY_...
};

// The dependencies of a dropped object on others, read from rows that are dead, but still there: a list of
// DeadDependency.
List *dead_dependencies(const ObjectAddress &object);

// Whether a dropped type or function needed another dropped object that needed it, as a type and its input function do.
// Neither can be dropped before the other, but by DROP TYPE ... CASCADE; what else depended on the type goes before it.
bool in_circle(const ObjectAddress &object);

} // namespace pg_follower
