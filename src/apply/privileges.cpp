// Skips the check of relation privileges for the plans of row statements. See privileges.hpp.
//
// The executor checks what the plan's range table asks for. The plan is the worker's own, and its role is the table's
// owner, who could grant itself what is missing; so nobody gains anything.
#include "privileges.hpp"

#include "pg_follower/compat.hpp"

extern "C" {
#include "executor/executor.h"
}

namespace pg_follower::apply {
namespace {

ExecutorStart_hook_type next_executor_start;
bool skip_next = false;

void executor_start(QueryDesc *query, int flags)
{
    if (skip_next) {
        skip_next = false;
        require_no_privileges(query->plannedstmt);
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

} // namespace pg_follower::apply
