// The copy has a superuser look at tables of others: the worker makes the schema, as who restores a dump does, and a
// session of the upstream reads materialized views, and parts of tables, by queries. No function is called for a row
// then, but the server evaluates parts of expressions without any row: what an IMMUTABLE function makes of constants,
// when it plans the key of a partitioned table, a check or the predicate of an index; and the checks of a domain for
// the bounds of a partition. So whoever may create a table could have a function run as the superuser.
//
// With the guard such a function runs as its owner, and where a superuser owns it, who need not be the one that calls
// it, as a role that may do next to nothing; and always so that it can leave nothing behind. What it calls runs as the
// same role, as ever: its author has no right to be the owners of others' functions. Functions in C are those of
// superusers, one with SECURITY DEFINER runs as its owner anyway, and that of an event trigger is called by nothing but
// the event trigger, which a superuser made.
//
// No function is inlined either, which would read its body under a search path that is not its author's.
#include "pg_follower/function_guard.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/memory.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/memutils.h"
}

namespace pg_follower {
namespace {

// Who was to be again when a function ends; one for each function that runs.
struct Caller {
    Oid role;
    int context;
};

needs_fmgr_hook_type next_needs_hook;
fmgr_hook_type next_hook;
bool guarded = false;
Caller *callers = nullptr;
int caller_count = 0;
int caller_room = 0;

bool is_of_users(Oid function)
{
    if (function < FirstNormalObjectId)
        return false;
    SyscacheRow<FormData_pg_proc> row(PROCOID, ObjectIdGetDatum(function));
    return row && row->prolang != INTERNALlanguageId && row->prolang != ClanguageId;
}

bool needs_hook(Oid function)
{
    return (guarded && is_of_users(function)) || (next_needs_hook && next_needs_hook(function));
}

void enter(Oid function)
{
    if (caller_count == caller_room) {
        caller_room = Max(2 * caller_room, 8);
        callers = callers ? reallocate(callers, caller_room) : allocate_in<Caller>(TopMemoryContext, caller_room);
    }
    Caller &caller = callers[caller_count++];
    GetUserIdAndSecContext(&caller.role, &caller.context);
    if (!superuser_arg(caller.role))
        return;
    SyscacheRow<FormData_pg_proc> row(PROCOID, ObjectIdGetDatum(function));
    if (!row || !is_of_users(function) || row->prosecdef || row->prorettype == EVENT_TRIGGEROID)
        return;
    Oid role = superuser_arg(row->proowner) ? static_cast<Oid>(ROLE_PG_READ_ALL_SETTINGS) : row->proowner;
    SetUserIdAndSecContext(role, caller.context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
}

void leave()
{
    if (caller_count == 0)
        return;
    const Caller &caller = callers[--caller_count];
    SetUserIdAndSecContext(caller.role, caller.context);
}

void call_hook(FmgrHookEventType event, FmgrInfo *function, Datum *argument)
{
    if (guarded && event == FHET_START)
        enter(function->fn_oid);
    else if (guarded)
        leave();
    if (next_hook)
        next_hook(event, function, argument);
}

} // namespace

void install_function_guard()
{
    next_needs_hook = needs_fmgr_hook;
    needs_fmgr_hook = needs_hook;
    next_hook = fmgr_hook;
    fmgr_hook = call_hook;
}

bool runs_guarded_function()
{
    return guarded && caller_count > 0;
}

void guard_functions_from_now_on()
{
    guarded = true;
}

FunctionGuard::FunctionGuard()
{
    guarded = true;
    caller_count = 0;
}

FunctionGuard::~FunctionGuard()
{
    guarded = false;
}

} // namespace pg_follower
