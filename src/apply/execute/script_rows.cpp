// Keeps the scripts of extensions from writing rows that the stream brings. See script_rows.hpp.
//
// A script that CREATE EXTENSION or ALTER EXTENSION ... UPDATE runs here writes the rows of its extension's tables. The
// rows of tables that belong to no extension are in the stream, whoever wrote them upstream: the script, or triggers
// and event triggers, which do not fire here (decode/extension_scripts.hpp). So what the script's own statements would
// write to such a table is left out here, COPY among them. (A TRUNCATE is not: it comes once more in the stream, before
// the rows that were written behind it.) Triggers and event triggers that somebody enabled for replicas on this server
// are not the script: they write as ever.
#include "apply/execute/script_rows.hpp"

#include "pg_follower/list.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_follower::apply {
namespace {

ExecutorStart_hook_type next_executor_start;
ProcessUtility_hook_type next_process_utility;
needs_fmgr_hook_type next_needs_hook;
fmgr_hook_type next_hook;

// Functions of event triggers that are running.
int event_trigger_depth = 0;

bool is_event_trigger_function(Oid function)
{
    return get_func_rettype(function) == EVENT_TRIGGEROID;
}

// Calls of event triggers' functions look this up anew each time.
bool needs_hook(Oid function)
{
    return (creating_extension && is_event_trigger_function(function)) ||
           (next_needs_hook && next_needs_hook(function));
}

void call_hook(FmgrHookEventType event, FmgrInfo *function, Datum *argument)
{
    if (next_hook)
        next_hook(event, function, argument);
    if (creating_extension && is_event_trigger_function(function->fn_oid))
        event_trigger_depth += event == FHET_START ? 1 : -1;
}

bool is_in_trigger()
{
    return event_trigger_depth > 0 || DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum)0)) > 0;
}

// Whether the stream brings the table's rows.
bool is_followed(Relation relation)
{
    const FormData_pg_class *form = relation->rd_rel;
    return (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_PARTITIONED_TABLE) &&
           form->relpersistence == RELPERSISTENCE_PERMANENT && RelationGetRelid(relation) >= FirstNormalObjectId &&
           !OidIsValid(getExtensionOfObject(RelationRelationId, RelationGetRelid(relation)));
}

// Lets the node, if it writes to a table whose rows follow, do nothing.
void leave_out(PlanState *node)
{
    if (!node || !IsA(node, ModifyTableState))
        return;
    auto state = reinterpret_cast<ModifyTableState *>(node);
    if (is_followed(state->rootResultRelInfo->ri_RelationDesc))
        state->mt_done = true;
}

void executor_start(QueryDesc *query, int flags)
{
    if (next_executor_start)
        next_executor_start(query, flags);
    else
        standard_ExecutorStart(query, flags);
    if (!creating_extension || is_in_trigger())
        return;
    leave_out(query->planstate);
    for (PlanState *node : each<PlanState>(query->estate->es_auxmodifytables)) // in WITH
        leave_out(node);
}

// Whether the statement is a COPY into a table whose rows follow.
bool copies_to_followed(const Node *statement)
{
    if (!IsA(statement, CopyStmt))
        return false;
    auto copy = reinterpret_cast<const CopyStmt *>(statement);
    Oid table = copy->is_from ? RangeVarGetRelid(copy->relation, AccessShareLock, true) : InvalidOid;
    return OidIsValid(table) && is_followed(RelationScope(table));
}

void process_utility(PlannedStmt *planned, const char *query, bool read_only_tree, ProcessUtilityContext context,
                     ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
                     QueryCompletion *completion)
{
    if (creating_extension && !is_in_trigger() && copies_to_followed(planned->utilityStmt)) {
        if (completion)
            SetQueryCompletion(completion, CMDTAG_COPY, 0);
        return;
    }
    (next_process_utility ? next_process_utility : standard_ProcessUtility)(
        planned, query, read_only_tree, context, parameters, environment, receiver, completion);
}

} // namespace

void install_script_rows()
{
    next_process_utility = ProcessUtility_hook;
    ProcessUtility_hook = process_utility;
    next_executor_start = ExecutorStart_hook;
    ExecutorStart_hook = executor_start;
    next_needs_hook = needs_fmgr_hook;
    needs_fmgr_hook = needs_hook;
    next_hook = fmgr_hook;
    fmgr_hook = call_hook;
}

} // namespace pg_follower::apply
