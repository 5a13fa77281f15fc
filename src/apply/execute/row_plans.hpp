// How the executor treats the plan of a row statement.
//
// A row that was written upstream belongs here, though the table's owner may have revoked, say, INSERT from itself; and
// the triggers that are the upstream's do not fire for it (silenced.hpp). This holds for the statement's own plan and
// table alone: what functions, triggers and rules run is checked, and fires, as ever.
#pragma once

#include "pg_follower/pg.hpp"
#include "apply/execute/relation.hpp"

namespace pg_follower::apply {

// Installs the executor hook; called once, when the worker starts.
void install_row_plans();

// For the length of a block, the plan whose query has that text, at that address, is the statement's. Blocks are not
// nested. An error ends the process, so it does not matter that it leaves the block open.
class RowPlanScope {
  public:
    RowPlanScope(const Statement *statement, const char *query);
    ~RowPlanScope();
    RowPlanScope(const RowPlanScope &) = delete;
    RowPlanScope &operator=(const RowPlanScope &) = delete;
};

} // namespace pg_follower::apply
