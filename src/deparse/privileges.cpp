// Parts of GRANT and REVOKE. See privileges.hpp.
#include "deparse/privileges.hpp"

extern "C" {
#include "utils/acl.h"
}

namespace pg_follower::deparse {

void write_grant_or_revoke(SqlWriter &out, bool is_grant, bool grant_option)
{
    out.text(is_grant ? "GRANT " : "REVOKE ");
    if (!is_grant && grant_option)
        out.text("GRANT OPTION FOR ");
}

void write_grantees(SqlWriter &out, bool is_grant, bool grant_option, const List *grantees, DropBehavior behavior)
{
    out.text(is_grant ? " TO " : " FROM ");
    SqlWriter::Separator comma(", ");
    for (Oid role : each_oid(grantees))
        out.next(comma).role_name(role);
    if (is_grant && grant_option)
        out.text(" WITH GRANT OPTION");
    if (!is_grant && behavior == DROP_CASCADE)
        out.text(" CASCADE");
}

Oid grantee(const RoleSpec *role)
{
    return role->roletype == ROLESPEC_PUBLIC ? ACL_ID_PUBLIC : get_rolespec_oid(role, false);
}

} // namespace pg_follower::deparse
