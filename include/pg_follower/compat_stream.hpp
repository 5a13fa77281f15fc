// The part of compat.hpp that needs walreceiver.h: differences of libpqwalreceiver's interface between 15 and 18.
// Included by apply/upstream/upstream.cpp only.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "replication/walreceiver.h"
}

namespace pg_follower {

// Opens a replication connection to the database that `conninfo` names; null with `*error` set where that fails.
inline WalReceiverConn *connect_to_upstream(const char *conninfo, const char *application_name, char **error)
{
#if PG_VERSION_NUM >= 170000
    return walrcv_connect(conninfo, true, true, false, application_name, error);
#elif PG_VERSION_NUM >= 160000
    return walrcv_connect(conninfo, true, false, application_name, error);
#else
    return walrcv_connect(conninfo, true, application_name, error);
#endif
}

// Raises a syntax error unless `conninfo` can be parsed.
inline void check_conninfo_syntax(const char *conninfo)
{
#if PG_VERSION_NUM >= 160000
    walrcv_check_conninfo(conninfo, false);
#else
    walrcv_check_conninfo(conninfo);
#endif
}

} // namespace pg_follower
