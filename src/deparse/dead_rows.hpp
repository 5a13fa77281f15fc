// What the objects that a command has just dropped depended on.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Whether the current transaction deleted (or updated) the row.
bool died_now(HeapTuple tuple);

// A row of pg_depend that went with its object.
struct DeadDependency {
    ObjectAddress referenced;
    char kind; // DEPENDENCY_...
};

// The dependencies that a dropped object had on others to the end, read from rows that are dead, but still there: a
// list of DeadDependency.
List *dead_dependencies(const ObjectAddress &object);

// Whether a dropped table had been detached downstream already: it goes by itself there.
bool was_pending_partition(Oid relid);

} // namespace pg_follower::deparse
