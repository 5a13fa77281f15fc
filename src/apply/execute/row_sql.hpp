// Rows as SQL statements that people can run.
#pragma once

#include "apply/execute/row_text.hpp"
#include "pg_follower/sql_writer.hpp"

namespace pg_follower::apply {

// Writes the row's statement with its values as literals. Needs a transaction; the table may be missing here. A value
// that comes in another form than text is written as the bytes of that form, with a remark.
void write_row_statement(SqlWriter &out, const RowInHand &row);

} // namespace pg_follower::apply
