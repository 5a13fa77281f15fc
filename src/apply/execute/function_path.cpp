// The search path of functions that users wrote.
//
// The worker reads its statements under a search path without any schema of a user, so that nobody can put an object
// before the one that is meant. But a function that an index, a check, a default, a trigger or a materialized view
// calls may name things without their schema, and the upstream ran it under its session's search path. So such a
// function, and only it, runs here under a path of its own:
//
// - Where a command calls it, under the path of the session that ran the command upstream. It runs as the same role,
//   who is no more exposed than there.
// - Where a row calls it, it runs as the table's owner, whoever wrote the row upstream. Then the path is that of the
//   setting pg_follower.function_search_path, or, while that is empty, one in which nobody can create anything who
//   would gain by it (trusted_path.cpp), or one for the names of this function alone (pinned_names.cpp).
//
// Behind a path that was given comes the function's own schema, if it is trusted likewise.
//
// The server's hook around function calls does it (fmgr.h). A function of SQL text under the hook is not inlined, which
// would read its body under the statement's path. So the hook leaves alone what means the same under any path: bodies
// in SQL that function_body.cpp finds to be so, functions in C, and those with settings of their own. Where a pinned
// function calls them, they get a path of their own, too.
//
// The same hook keeps the server from inlining such functions upstream while this extension looks at tables there: the
// server inlines what the keys of partitioned tables call when it first opens them.
//
// What is known of a function is kept until a catalog changes that it depends on.
#include "apply/execute/function_path.hpp"

#include "apply/execute/function_body.hpp"
#include "apply/execute/pinned_names.hpp"
#include "apply/execute/trusted_path.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/varlena.h"
}

namespace pg_follower::apply {
namespace {

needs_fmgr_hook_type next_needs_hook;
fmgr_hook_type next_hook;

using FunctionRow = SyscacheRow<FormData_pg_proc>;

// What is known of a function that runs as a role.
struct KnownFunction {
    struct Key {
        Oid function;
        Oid role;
    } key;
    bool looks_up;      // whether it may look names up by the search path that its caller has
    const char *path;   // under which it runs; null where that is not known yet
    const char *given;  // the path that was given for it then, if it was not empty
    FunctionPaths kind; // of what calls it then
    // In the entry of a function for no role: as whom it was pinned when it ran last; InvalidOid where it was not.
    Oid pinned_for;
};

HTAB *known_functions = nullptr;
MemoryContext known_context = nullptr;
bool known_is_stale = false;

void forget_functions(Datum, int, uint32)
{
    forget_function_paths();
}

bool is_null(const FunctionRow &function, AttrNumber column)
{
    bool result;
    (void)function.datum(column, result);
    return result;
}

bool may_look_up(Oid function)
{
    FunctionRow row(PROCOID, ObjectIdGetDatum(function));
    if (!row || row->prolang == INTERNALlanguageId || row->prolang == ClanguageId ||
        !is_null(row, Anum_pg_proc_proconfig))
        return false;
    if (row->prolang != SQLlanguageId || takes_or_gives_names(*row))
        return true;
    if (const char *tree = row.string(Anum_pg_proc_prosqlbody))
        return looks_names_up(tree);
    BodyNames names = names_of_body(row.string(Anum_pg_proc_prosrc));
    return !names.is_select || names.while_running || names.objects != NIL;
}

// Begins with no function known.
void start_to_know()
{
    if (known_context)
        MemoryContextDelete(known_context);
    else
        for (int cache :
             {PROCOID, NAMESPACEOID, AUTHOID, DATABASEOID, TYPEOID, OPEROID, RELOID, COLLOID, TSCONFIGOID, TSDICTOID})
            CacheRegisterSyscacheCallback(cache, forget_functions, (Datum)0);
    known_context = AllocSetContextCreate(TopMemoryContext, "pg_follower functions", ALLOCSET_DEFAULT_SIZES);
    HASHCTL control = {};
    control.keysize = sizeof(KnownFunction::Key);
    control.entrysize = sizeof(KnownFunction);
    control.hcxt = known_context;
    known_functions = hash_create("pg_follower functions", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    known_is_stale = false;
}

// Invalidations come while catalogs are read, so what is known must stay until the next question.
void forget_what_is_stale()
{
    if (known_is_stale || !known_context)
        start_to_know();
}

// What is known of the function when it runs as the current role.
KnownFunction *know(Oid function)
{
    KnownFunction::Key key = {function, GetUserId()};
    auto known = static_cast<KnownFunction *>(hash_search(known_functions, &key, HASH_FIND, nullptr));
    if (known)
        return known;
    bool looks_up = may_look_up(function);
    known = static_cast<KnownFunction *>(hash_search(known_functions, &key, HASH_ENTER, nullptr));
    known->looks_up = looks_up;
    known->path = nullptr;
    return known;
}

bool needs_hook(Oid function)
{
    if (next_needs_hook && next_needs_hook(function))
        return true;
    if (settings.function_paths == FunctionPaths::none || function < FirstNormalObjectId)
        return false;
    forget_what_is_stale();
    return know(function)->looks_up || OidIsValid(pinned_function(namespace_search_path));
}

// From version 18 on, functions in SQL keep their plans as long as the process lives, for whoever calls them. One that
// was made for another role, or where nobody looked at it, is not to be used by a function that is pinned now.
void forget_plan_of_others(Oid function, Oid pinned_for)
{
    if (!sql_functions_keep_plans())
        return;
    KnownFunction::Key key = {function, InvalidOid};
    bool found;
    auto known = static_cast<KnownFunction *>(hash_search(known_functions, &key, HASH_ENTER, &found));
    if (OidIsValid(pinned_for) && (!found || known->pinned_for != pinned_for))
        ResetPlanCache();
    known->pinned_for = pinned_for;
}

// The path that was given, behind it the function's own schema, and last of all temporary objects, also where the path
// names them.
const char *given_path(Oid function)
{
    List *names;
    if (!SplitIdentifierString(pstrdup(settings.function_search_path), ',', &names))
        names = NIL;
    SqlWriter path;
    for (char *name : each<char>(names))
        if (strncmp(name, "pg_temp", strlen("pg_temp")) != 0)
            path.name(name).text(", ");
    FunctionRow row(PROCOID, function, "function");
    // The server's own schema comes first where the path does not name it.
    if (row->pronamespace != PG_CATALOG_NAMESPACE && is_trusted_schema(row->pronamespace, GetUserId(), row->proowner))
        path.name(get_namespace_name(row->pronamespace)).text(", ");
    return path.text("pg_temp").c_str();
}

// The path where nobody chose one.
const char *path_without_choice(Oid function, Oid role)
{
    if (const char *path = pinned_path(function, role))
        return path;
    SqlWriter path;
    for (Oid schema : each_oid(schemas_of_function(function, role).trusted))
        path.name(get_namespace_name(schema)).text(", ");
    return path.text("pg_temp").c_str();
}

// Whether functions that are called under this path get one of their own: it was made for statements of the worker, or
// for the names of one function. Both end like that, and no other: see worker_search_path.
bool is_for_no_other(const char *path)
{
    constexpr char end[] = "\"pg_temp\"";
    size_t length = strlen(path);
    return length >= strlen(end) && strcmp(path + length - strlen(end), end) == 0;
}

// The path under which the function is to run now.
const char *path_of(KnownFunction *known)
{
    const char *given = settings.function_search_path;
    FunctionPaths kind = settings.function_paths;
    if (!known->path || known->kind != kind || strcmp(known->given, given) != 0) {
        const char *path = kind == FunctionPaths::of_rows && given[0] == '\0'
                               ? path_without_choice(known->key.function, known->key.role)
                               : given_path(known->key.function);
        known->path = MemoryContextStrdup(known_context, path);
        known->given = MemoryContextStrdup(known_context, given);
        known->kind = kind;
    }
    return known->path;
}

// The path that a function gets that is called now; null where it runs under the one that is there, which a function
// that calls it, or a setting of its own, chose.
const char *path_for_call(Oid function)
{
    if (settings.function_paths < FunctionPaths::of_rows || !is_for_no_other(namespace_search_path))
        return nullptr;
    KnownFunction *known = know(function);
    return known->looks_up || OidIsValid(pinned_function(namespace_search_path)) ? path_of(known) : nullptr;
}

// Whether an error says that something of this name does not exist.
bool is_of_missing_name(int sqlstate)
{
    return sqlstate == ERRCODE_UNDEFINED_FUNCTION || sqlstate == ERRCODE_UNDEFINED_TABLE ||
           sqlstate == ERRCODE_UNDEFINED_OBJECT || sqlstate == ERRCODE_INVALID_SCHEMA_NAME;
}

// Gives the error its hint where the server restricts the search path, as it does from version 17 on.
bool explain_restricted_path()
{
    const char *path = restricted_search_path();
    if (!path || strcmp(namespace_search_path, path) != 0 || !is_of_missing_name(geterrcode()))
        return false;
    errhint("A function names something without its schema. From version 17 on, PostgreSQL does not look for it while "
            "it makes an index or fills a materialized view. Run ALTER FUNCTION ... SET search_path on both servers.");
    return true;
}

// `level` keeps the nest level of settings while the function runs; 0 where it runs under the path that is there.
void call_hook(FmgrHookEventType event, FmgrInfo *function, Datum *level)
{
    if (next_hook)
        next_hook(event, function, level);
    switch (event) {
    case FHET_START: {
        *level = Int32GetDatum(0);
        if (settings.function_paths == FunctionPaths::none || function->fn_oid < FirstNormalObjectId)
            return;
        forget_what_is_stale();
        const char *path = path_for_call(function->fn_oid);
        forget_plan_of_others(function->fn_oid, path && OidIsValid(pinned_function(path)) ? GetUserId() : InvalidOid);
        if (!path)
            return;
        *level = Int32GetDatum(NewGUCNestLevel());
        (void)set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
        return;
    }
    case FHET_END:
        if (int32 inner = DatumGetInt32(*level); inner > 0)
            AtEOXact_GUC(true, inner);
        return;
    case FHET_ABORT: // the transaction's abort takes the setting back
        return;
    }
}

} // namespace

void forget_function_paths()
{
    known_is_stale = true;
}

void hint_at_function_path(void *)
{
    if (explain_restricted_path())
        return;
    if (is_of_missing_name(geterrcode()))
        errhint("A function that a row calls names something without its schema, where it is not looked for. Run ALTER "
                "FUNCTION ... SET search_path on both servers, or name the schema in pg_follower.function_search_path "
                "on this one. docs/trust.md says more, under \"Functions that name things without their schema\".");
}

void hint_at_restricted_path(void *)
{
    (void)explain_restricted_path();
}

void install_function_path()
{
    next_needs_hook = needs_fmgr_hook;
    needs_fmgr_hook = needs_hook;
    next_hook = fmgr_hook;
    fmgr_hook = call_hook;
    install_pinned_names();
}

} // namespace pg_follower::apply
