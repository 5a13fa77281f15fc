// The search path of functions that users wrote.
//
// The worker reads its statements under a search path without any schema of a user, so that nobody can put an object
// before the one that is meant. But a function that an index, a check, a default, a trigger or a materialized view
// calls may name things without their schema, and the upstream ran it under its session's search path. So such a
// function, and only it, runs under the path of the setting pg_follower.function_search_path, and behind it the
// function's own schema. For DDL that is the path of the session that ran it upstream: it runs as the same role, who is
// no more exposed than there. Rows are applied as the table's owner, whoever wrote them upstream. Who may create
// something in a schema of the path would act as that owner; so the path is empty for them, unless the user sets one.
//
// The server's hook around function calls does it (fmgr.h). The server does not inline a function of SQL text that has
// the hook; inlining would read its body under the statement's path. These functions are left alone: functions in C,
// those with a body that was read when they were created, those with settings of their own, and those which are not
// immutable by themselves but may be so when they are inlined, as indexes and partition keys demand.
#include "function_path.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"
}

namespace pg_follower::apply {
namespace {

needs_fmgr_hook_type next_needs_hook;
fmgr_hook_type next_hook;

using FunctionRow = SyscacheRow<FormData_pg_proc>;

bool is_null(const FunctionRow &function, AttrNumber column)
{
    bool result;
    (void)function.datum(column, result);
    return result;
}

// Whether the body may be a mere expression: a SELECT without FROM.
bool may_be_inlined(const FunctionRow &function)
{
    const char *source = function.string(Anum_pg_proc_prosrc);
    return source && !strcasestr(source, "FROM");
}

// Whether the function may look names up by the search path that its caller has.
bool may_look_up(Oid function)
{
    if (function < FirstNormalObjectId)
        return false;
    FunctionRow row(PROCOID, ObjectIdGetDatum(function));
    return row && row->prolang != INTERNALlanguageId && row->prolang != ClanguageId &&
           is_null(row, Anum_pg_proc_prosqlbody) && is_null(row, Anum_pg_proc_proconfig) &&
           !(row->prolang == SQLlanguageId && row->provolatile != PROVOLATILE_IMMUTABLE && may_be_inlined(row));
}

bool has_path()
{
    return settings.function_search_path && settings.function_search_path[0] != '\0';
}

bool needs_hook(Oid function)
{
    return (has_path() && may_look_up(function)) || (next_needs_hook && next_needs_hook(function));
}

// The path of the setting, behind it the function's own schema, and last of all temporary objects: code of somebody
// else may have left some in this session, so they must not come first, where they are by default, nor where the path
// names them.
const char *path_of(Oid function)
{
    List *names;
    if (!SplitIdentifierString(pstrdup(settings.function_search_path), ',', &names))
        names = NIL;
    SqlWriter path;
    for (char *name : each<char>(names))
        if (strncmp(name, "pg_temp", strlen("pg_temp")) != 0)
            path.name(name).text(", ");
    if (const char *schema = get_namespace_name(get_func_namespace(function)))
        path.name(schema).text(", ");
    return path.text("pg_temp").c_str();
}

// `level` keeps the nest level of settings while the function runs. It is 0 where the function runs under the path that
// is in force, because a function that calls it, or a setting of its own, chose that path.
void call_hook(FmgrHookEventType event, FmgrInfo *function, Datum *level)
{
    if (next_hook)
        next_hook(event, function, level);
    switch (event) {
    case FHET_START:
        *level = Int32GetDatum(0);
        if (!has_path() || strcmp(namespace_search_path, worker_search_path) != 0 || !may_look_up(function->fn_oid))
            return;
        *level = Int32GetDatum(NewGUCNestLevel());
        (void)set_config_option("search_path", path_of(function->fn_oid), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
                                true, 0, false);
        return;
    case FHET_END:
        if (int32 inner = DatumGetInt32(*level); inner > 0)
            AtEOXact_GUC(true, inner);
        return;
    case FHET_ABORT: // the transaction's abort takes the setting back
        return;
    }
}

} // namespace

void install_function_path()
{
    next_needs_hook = needs_fmgr_hook;
    needs_fmgr_hook = needs_hook;
    next_hook = fmgr_hook;
    fmgr_hook = call_hook;
}

} // namespace pg_follower::apply
