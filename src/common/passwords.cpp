// What may hold a password. See passwords.hpp.
#include "pg_follower/passwords.hpp"

#include "pg_follower/pg.hpp"

namespace pg_follower {

bool may_hold_password(const char *conninfo)
{
    if (strstr(conninfo, "://"))
        return strchr(conninfo, '@') != nullptr || strstr(conninfo, "password") != nullptr;
    return strcasestr(conninfo, "password") != nullptr;
}

} // namespace pg_follower
