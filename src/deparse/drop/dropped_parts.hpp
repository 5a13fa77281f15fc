// Columns, constraints and defaults of tables that a command has dropped.
#pragma once

#include "deparse/dropped_objects.hpp"

namespace pg_follower::deparse {

// The facts of a column or constraint that this command has just deleted.
struct DeadPart {
    bool generated = false; // it is a generated column, or the expression of one
    bool inherited = false; // it cannot be dropped by itself, as long as its parent has it
    bool local = false;     // its parent's drop does not take it along
};

// Reads them from the row of `part`, which is dead but still there. It is a column, a default or a table constraint.
// `relation` is its relation if that is dropped, too, and null otherwise.
DeadPart read_dead_part(const DroppedObject &part, const DroppedObject *relation);

// The type of a typed table, or none. The table may have been dropped by this command.
Oid type_of_table(Oid relid);

// Whether children of the column's table keep the column. A column that is dropped because of what it depends on is not
// dropped from them.
bool stays_in_children(const DroppedObject &column);

// Orders parts (in a List of DroppedObject) by the number of generations of ancestors that their tables have.
int compare_depths(const ListCell *left, const ListCell *right);

} // namespace pg_follower::deparse
