// Hooks into the executor's start. See row_plans.hpp.
//
// The executor checks the privileges that the plan's range table asks for. The plan is the worker's own, and its role
// is the table's owner, who could grant itself what is missing on the table; so nobody gains anything. Other tables
// come into the plan with rules that somebody enabled for replicas on this server, and into plans that run meanwhile.
#include "apply/execute/row_plans.hpp"

#include "pg_follower/compat.hpp"
#include "apply/execute/silenced.hpp"

extern "C" {
#include "executor/executor.h"
}

namespace pg_follower::apply {
namespace {

ExecutorStart_hook_type next_executor_start;
const Statement *current = nullptr;
const char *current_query = nullptr;

void executor_start(QueryDesc *query, int flags)
{
    // Texts may be equal by chance, addresses are not.
    const Statement *statement = query->sourceText == current_query ? current : nullptr;
    if (statement)
        require_no_privileges(query->plannedstmt, statement->relation);
    if (next_executor_start)
        next_executor_start(query, flags);
    else
        standard_ExecutorStart(query, flags);
    if (!statement)
        return;
    for (ResultRelInfo *target : each<ResultRelInfo>(query->estate->es_opened_result_relations))
        if (RelationGetRelid(target->ri_RelationDesc) == statement->relation)
            silence_triggers(target, statement->silenced);
}

} // namespace

void install_row_plans()
{
    next_executor_start = ExecutorStart_hook;
    ExecutorStart_hook = executor_start;
}

RowPlanScope::RowPlanScope(const Statement *statement, const char *query)
{
    current = statement;
    current_query = query;
}

RowPlanScope::~RowPlanScope()
{
    current = nullptr;
    current_query = nullptr;
}

} // namespace pg_follower::apply
