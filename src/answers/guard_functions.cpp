// follower.guard_functions(): for the sessions in which a downstream reads tables by queries.
#include "pg_follower/function_guard.hpp"
#include "pg_follower/replication_role.hpp"

extern "C" {
#include "fmgr.h"

PG_FUNCTION_INFO_V1(pg_follower_guard_functions);
}

// follower.guard_functions() → void. It takes rights from a superuser, and gives none to anybody.
Datum pg_follower_guard_functions(PG_FUNCTION_ARGS)
{
    pg_follower::require_replication("guard_functions");
    pg_follower::guard_functions_from_now_on();
    PG_RETURN_VOID();
}
