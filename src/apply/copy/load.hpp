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
// table, and the line and column, or the index. Where somebody follows this database (`is_followed`), the rows that it
// held are deleted one by one, so that they are deleted there, too.
Loaded replace_rows(Relation table, Source &source, bool is_followed);

// The same in several transactions. Between them the table's indexes are not valid; those that are to be built are told
// from those that were invalid before.
//
// Empties the table, which this transaction has locked against everybody. Returns the indexes that are to be built when
// the parts are there.
List *empty_for_parts(Relation table, bool is_followed);
// Adds the rows of a part. It takes a lock that others may have, too, as does the next.
Loaded add_rows(Relation table, Source &source, const BlockRange &part);
void build_index(Relation table, Oid index);
// Empties the table again, as empty_for_parts() does, and makes its indexes valid.
void give_up_parts(Relation table, bool is_followed);

} // namespace pg_follower::apply
