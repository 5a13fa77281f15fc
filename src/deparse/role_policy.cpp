// What the settings say of roles in the stream. See role_policy.hpp.
#include "deparse/role_policy.hpp"
#include "pg_follower/settings.hpp"

namespace pg_follower::deparse {

bool all_roles_follow()
{
    return settings.roles == RolesFollow::all;
}

bool missing_roles_follow()
{
    return library_preloaded && settings.roles != RolesFollow::off;
}

} // namespace pg_follower::deparse
