// Skips the check of relation privileges for the plans of row statements. See privileges.hpp.
//
// The executor checks what the plan's range table asks for. The plan is the worker's own, and its role is the table's
// owner, who could grant itself what is missing; so nobody gains anything.
#include "privileges.hpp"
#include "pg_follower/list.hpp"

extern "C" {
#include "executor/executor.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
}

namespace pg_follower {
namespace {

ExecutorStart_hook_type next_executor_start;
bool skip_next = false;

void require_nothing(PlannedStmt *plan)
{
#if PG_VERSION_NUM >= 160000
    for (RTEPermissionInfo *entry : each<RTEPermissionInfo>(plan->permInfos))
        entry->requiredPerms = 0;
#else
    for (RangeTblEntry *entry : each<RangeTblEntry>(plan->rtable))
        entry->requiredPerms = 0;
#endif
}

void executor_start(QueryDesc *query, int flags)
{
    if (skip_next) {
        skip_next = false;
        require_nothing(query->plannedstmt);
    }
    if (next_executor_start)
        next_executor_start(query, flags);
    else
        standard_ExecutorStart(query, flags);
}

} // namespace

void install_owner_privileges()
{
    next_executor_start = ExecutorStart_hook;
    ExecutorStart_hook = executor_start;
}

void skip_next_privilege_check()
{
    skip_next = true;
}

} // namespace pg_follower
