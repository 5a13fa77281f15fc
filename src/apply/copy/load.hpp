// This server's side of the copy of one table.
#pragma once

#include "apply/copy/source.hpp"

namespace pg_follower::apply {

// What was read of a table.
struct Loaded {
    int64 rows;
    int64 bytes; // of COPY data
};

// The columns that are copied, a list of strings: all but those that are computed here.
List *copied_columns(Relation table);

// Makes the table, which this transaction has locked against everybody, hold the rows of `source` and no others, its
// indexes included. Nothing but the table's constraints by index is checked, and no trigger fires. Errors name the
// table, and the line and column, or the index.
Loaded replace_rows(Relation table, Source &source);

} // namespace pg_follower::apply
