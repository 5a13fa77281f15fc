// CREATE SCHEMA with elements is one statement that runs others, one after the other. The server collects the commands
// of all of them and fires ddl_command_end at the end. But a function that one of them calls (in the bound of a
// partition, say) may run statements of its own, which are written, or write rows, at once; and these may need what the
// elements before have made.
//
// So the commands that are collected so far are written when such a function begins: when the executor starts a query,
// or a utility statement that is no element runs. Only then is the server's list that of the CREATE SCHEMA; a utility
// statement within a function has a list of its own until it ends. Other statements that collect several commands, such
// as CREATE TABLE, call nothing between the first of them and the last that could need one of them.
#include "deparse/capture/create_schema.hpp"
#include "deparse/capture/dispatch.hpp"
#include "deparse/capture/event.hpp"
#include "deparse/capture/keep_replica_identities.hpp"
#include "deparse/follow.hpp"
#include "deparse/written.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "tcop/utility.h"
#include "utils/guc.h"
}

namespace pg_follower::deparse {
namespace {

ProcessUtility_hook_type next_process_utility;
ExecutorStart_hook_type next_executor_start;

// A statement that runs, and how it was begun: its commands are written as if it had ended.
struct OpenSchema {
    Node *parse_tree;
    Oid user;
    const char *search_path;
    SubTransactionId subtransaction;
    int inner_statements; // utility statements of functions that are running
    OpenSchema *outer;
};

OpenSchema *innermost; // all in TopTransactionContext
bool writing = false;

void write_commands(const OpenSchema &schema)
{
    UserScope user(schema.user, SECURITY_LOCAL_USERID_CHANGE);
    GucScope settings;
    (void)set_config_option("search_path", schema.search_path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
                            false);
    push_empty_search_path();
    Event event = collect_event(schema.parse_tree);
    event.is_running = true;
    follow_commands(event, note_written_early);
    keep_replica_identities(event);
    pop_empty_search_path();
}

// A function may begin.
void before_function()
{
    if (!innermost || innermost->inner_statements > 0 || writing || !anybody_follows())
        return;
    writing = true;
    PG_TRY();
    {
        write_commands(*innermost);
    }
    PG_FINALLY();
    {
        writing = false;
    }
    PG_END_TRY();
}

void executor_start(QueryDesc *query, int flags)
{
    before_function();
    if (next_executor_start)
        next_executor_start(query, flags);
    else
        standard_ExecutorStart(query, flags);
}

void process_utility(PlannedStmt *planned, const char *query, bool read_only_tree, ProcessUtilityContext context,
                     ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
                     QueryCompletion *completion)
{
    ProcessUtility_hook_type next = next_process_utility ? next_process_utility : standard_ProcessUtility;
    // Elements are subcommands.
    OpenSchema *schema = context == PROCESS_UTILITY_SUBCOMMAND || writing ? nullptr : innermost;
    if (!schema) {
        next(planned, query, read_only_tree, context, parameters, environment, receiver, completion);
        return;
    }
    before_function();
    ++schema->inner_statements;
    PG_TRY();
    {
        next(planned, query, read_only_tree, context, parameters, environment, receiver, completion);
    }
    PG_FINALLY();
    {
        --schema->inner_statements;
    }
    PG_END_TRY();
}

void at_transaction_end(XactEvent event, void *)
{
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
        innermost = nullptr;
}

void at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId, void *)
{
    while (event == SUBXACT_EVENT_ABORT_SUB && innermost && innermost->subtransaction >= own)
        innermost = innermost->outer;
}

} // namespace

void begin_schema(Node *parse_tree)
{
    if (!parse_tree || !IsA(parse_tree, CreateSchemaStmt) || !castNode(CreateSchemaStmt, parse_tree)->schemaElts ||
        creating_extension)
        return;
    MemoryContextScope scope(TopTransactionContext);
    auto *schema = allocate<OpenSchema>();
    *schema = {parse_tree, GetUserId(), pstrdup(namespace_search_path), GetCurrentSubTransactionId(), 0, innermost};
    innermost = schema;
}

void end_schema(const Node *parse_tree)
{
    if (innermost && innermost->parse_tree == parse_tree)
        innermost = innermost->outer;
}

void install_create_schema()
{
    next_process_utility = ProcessUtility_hook;
    ProcessUtility_hook = process_utility;
    next_executor_start = ExecutorStart_hook;
    ExecutorStart_hook = executor_start;
    RegisterXactCallback(at_transaction_end, nullptr);
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
}

} // namespace pg_follower::deparse
