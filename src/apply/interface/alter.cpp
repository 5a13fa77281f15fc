// The SQL function alter_follow.
//
// It checks the new values as start_follow does before it changes anything. A worker that runs is started again with
// them at commit.
#include "apply/interface/arguments.hpp"
#include "apply/interface/control.hpp"
#include "apply/upstream/slot.hpp"
#include "apply/interface/start_checks.hpp"

extern "C" {
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pg_follower_alter_follow);
}

namespace pg_follower::apply {
namespace {

// What is to be changed; null for what stays.
struct Changes {
    const char *conninfo;
    const char *upstream_origins;
    const bool *allow_newer;
};

// Connects with the new string, and returns how the connection may be shown. Raises an error unless it leads to the
// server and the database that the follow follows.
const char *check_new_address(const Follow &follow, const char *conninfo, bool allow_newer)
{
    check_conninfo(conninfo);
    static Upstream upstream;
    upstream = Upstream::connect(conninfo, worker_name(NameStr(follow.name)));
    const char *volatile name = nullptr;
    PG_TRY();
    {
        upstream.require_version(allow_newer);
        require_slot(upstream, follow);
        upstream.allow_plugin();
        name = upstream.display_name();
    }
    PG_FINALLY();
    {
        upstream.close();
    }
    PG_END_TRY();
    return name;
}

void alter_follow(const char *name, const Changes &changes)
{
    if (changes.upstream_origins)
        check_origins(changes.upstream_origins);
    Follow *follow = require_follow(name);
    require_own_follow(*follow);
    bool allow_newer = changes.allow_newer ? *changes.allow_newer : follow->allow_newer;
    const char *upstream = changes.conninfo ? check_new_address(*follow, changes.conninfo, allow_newer) : nullptr;

    bool ran = stop_worker(follow->id);
    follow = require_follow(name);
    if (changes.conninfo) {
        follow->conninfo = changes.conninfo;
        follow->upstream = upstream;
    }
    if (changes.upstream_origins)
        follow->upstream_origins = changes.upstream_origins;
    follow->allow_newer = allow_newer;
    restart_changed(*follow, ran);
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower::apply;

// alter_follow(follow_name name, conninfo text, origin text, allow_newer boolean) → void
Datum pg_follower_alter_follow(PG_FUNCTION_ARGS)
{
    require_superuser("alter_follow");
    bool allow_newer = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
    alter_follow(required_name(fcinfo, 0),
                 {optional_text(fcinfo, 1), optional_text(fcinfo, 2), PG_ARGISNULL(3) ? nullptr : &allow_newer});
    PG_RETURN_VOID();
}
