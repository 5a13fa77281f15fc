// The privilege that functions for followers ask for. See replication_role.hpp.
#include "pg_follower/replication_role.hpp"

extern "C" {
#include "miscadmin.h"
#include "utils/acl.h"
}

namespace pg_follower {

void require_replication(const char *function)
{
    if (!superuser() && !has_rolreplication(GetUserId()))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("must be superuser or have the attribute REPLICATION to call %s", function)));
}

} // namespace pg_follower
