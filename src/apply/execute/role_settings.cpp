// Tells statements that must run where the role may change. See role_settings.hpp.
//
// The bound (SECURITY_LOCAL_USERID_CHANGE) keeps code of a user from becoming the worker's superuser. These statements
// run no such code by themselves: they hold names, and settings that the server knows. A superuser's
// statements may run whatever they like. Where event triggers fire, which may call anything, the statements of anybody
// else stay within the bound.
#include "apply/execute/role_settings.hpp"

#include "apply/state/spi.hpp"

namespace pg_follower::apply {
namespace {

// Whether event triggers fire here, other than this extension's own.
bool event_triggers_fire()
{
    return query_count("SELECT pg_catalog.count(*) FROM pg_catalog.pg_event_trigger AS e"
                       " JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) e.evtfoid"
                       " WHERE e.evtenabled OPERATOR(pg_catalog.=) ANY ('{A,R}')"
                       " AND p.pronamespace OPERATOR(pg_catalog.<>) 'follower'::pg_catalog.regnamespace") > 0;
}

} // namespace

bool needs_role_free(const DdlMessage &record, Oid role)
{
    return record.sets_role && (superuser_arg(role) || !event_triggers_fire());
}

} // namespace pg_follower::apply
