// The SQL function refresh_table.
//
// The table waits for its copy from the commit on, and the follow's worker is started again: it copies what waits
// before it goes on. The table keeps its rows until the copy replaces them.
#include "apply/interface/arguments.hpp"
#include "apply/interface/control.hpp"
#include "apply/state/followed_tables.hpp"
#include "apply/upstream/slot.hpp"
#include "pg_follower/list.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(pg_follower_refresh_table);
}

namespace pg_follower::apply {
namespace {

// The tables that hold the rows of `table`.
List *tables_with_rows(Oid table)
{
    if (get_rel_relkind(table) != RELKIND_PARTITIONED_TABLE)
        return list_make1_oid(table);
    List *found = NIL;
    for (Oid child : each_oid(find_all_inheritors(table, AccessShareLock, nullptr)))
        if (get_rel_relkind(child) == RELKIND_RELATION)
            found = lappend_oid(found, child);
    return found;
}

void check_table(Oid table)
{
    const char *name = get_rel_name(table);
    char kind = get_rel_relkind(table);
    if (!name)
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table with OID %u does not exist on this server", table)));
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_MATVIEW)
        ereport(ERROR,
                (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not a table or materialized view", name)));
    if (get_rel_persistence(table) != RELPERSISTENCE_PERMANENT)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("rows of table \"%s\" do not follow", name),
                        errdetail("It is temporary or unlogged.")));
}

void refresh_table(Oid table, const char *name)
{
    check_table(table);
    Follow *follow = require_follow(name);
    require_own_follow(*follow);
    if (follow->copy_phase != CopyPhase::tables && follow->copy_phase != CopyPhase::done)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("follow \"%s\" has not copied the schema of the upstream yet", name),
                        errhint("All tables are going to be copied.")));
    bool ran = stop_worker(follow->id);
    follow = require_follow(name);
    for (Oid one : each_oid(tables_with_rows(table)))
        wait_for_table(follow->id, one);
    follow->copy_phase = CopyPhase::tables;
    restart_changed(*follow, ran);
}

} // namespace
} // namespace pg_follower::apply

using namespace pg_follower::apply;

// refresh_table(table regclass, follow_name name) → void
Datum pg_follower_refresh_table(PG_FUNCTION_ARGS)
{
    require_superuser("refresh_table");
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("table must not be null")));
    refresh_table(PG_GETARG_OID(0), required_name(fcinfo, 1));
    PG_RETURN_VOID();
}
