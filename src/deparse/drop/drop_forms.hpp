// How the drop of an object of each type is written.
#pragma once

#include "deparse/drop/dropped_parts.hpp"

namespace pg_follower::deparse {

struct DropForm;

// One drop that is to be written.
struct Drop {
    const DropForm &form;
    const DroppedObject &object;
    const DroppedObjects &objects; // all that the command dropped
    const DeadPart &dead;          // facts of a column, constraint or default
};

// What an object is, as far as it decides whether its drop is written.
enum class DropKind : char {
    object,             // dropped by its identity; may stand in a circle of dependencies
    column,             // of a table or foreign table
    table_constraint,   // part of a table, too
    column_default,     // part of a table, too
    publication_table,  // a table's membership in a publication
    default_privileges, // written by a script of their own
    other,
    with_another, // never written: it goes with another object
};

struct DropForm {
    const char *type; // as getObjectTypeDescription() writes it
    DropKind kind;
    // Writes the statement; null where `kind` says that there is none.
    void (*write)(SqlWriter &out, const Drop &drop);
    // Whether identities of more such objects may follow the statement, each behind a comma.
    bool takes_list = false;
};

// The form of a type of objects; null where it has none.
const DropForm *find_drop_form(const char *type);

} // namespace pg_follower::deparse
