// Rows as text that people read: the values as the stream brought them.
#pragma once

#include "apply/execute/relation.hpp"
#include "pg_follower/stream.hpp"

namespace pg_follower::apply {

// A row of the stream, before its values are read.
struct RowInHand {
    const Statement *statement;
    const Value *values;
};

// Writes what finds the row, or all of its values where it is inserted, as "id = '1', name = 'pen'". Long values and
// long rows are cut. `row` is a RowInHand. Calls nothing that may fail (see Position::write_row).
void write_row_text(StringInfo out, const void *row);

} // namespace pg_follower::apply
