// Finds rows of a table by all that they hold.
#pragma once

#include "apply/execute/row_contents.hpp"

namespace pg_follower::apply {

class TableWriter;

// Looks for rows of the contents, for each as many as it says that are sought, and notes how many it has found and
// where they lie. Reads the table once, up to where nothing is missing any more; or an index, where little of the table
// has to be read then. Never finds a row twice. Runs as the current role.
void search_rows(TableWriter &writer, RowContents &contents, RowEquality &equality);

} // namespace pg_follower::apply
