// The table follower.followed_table. See followed_tables.hpp.
#include "apply/state/followed_tables.hpp"

#include "apply/state/spi.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "nodes/pg_list.h"
#include "utils/xid8.h"
}

namespace pg_follower::apply {
namespace {

// Runs a statement whose $1 is the follow, and $2, where there is one, a table. Returns the number of rows.
uint64 run(const char *statement, int32 follow, Oid table = InvalidOid)
{
    SpiScope spi;
    Oid types[] = {INT4OID, OIDOID};
    Datum values[] = {Int32GetDatum(follow), ObjectIdGetDatum(table)};
    check_result(SPI_execute_with_args(statement, OidIsValid(table) ? 2 : 1, types, values, nullptr, false, 0));
    return SPI_processed;
}

// The OIDs that a query on a follow, which is $1, returns.
List *select_tables(const char *query, int32 follow)
{
    MemoryContext context = CurrentMemoryContext;
    SpiScope spi;
    Oid type = INT4OID;
    Datum value = Int32GetDatum(follow);
    // It is not run as a read-only query: that would not see what this transaction has changed.
    check_result(SPI_execute_with_args(query, 1, &type, &value, nullptr, false, 0));
    MemoryContextScope scope(context);
    List *tables = NIL;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        bool null;
        tables = lappend_oid(tables,
                             DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &null)));
    }
    return tables;
}

} // namespace

void wait_for_all_tables(int32 follow)
{
    run("INSERT INTO follower.followed_table (follow, relid, state) SELECT $1, c.oid, 'waiting'"
        " FROM pg_catalog.pg_class AS c"
        " WHERE c.relkind IN ('r', 'm') AND c.relpersistence OPERATOR(pg_catalog.=) 'p'"
        " AND c.oid OPERATOR(pg_catalog.>=) 16384"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_extension AS e"
        "   ON e.oid OPERATOR(pg_catalog.=) d.refobjid"
        "   WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
        "   AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e'"
        "   AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass"
        "   AND e.extname OPERATOR(pg_catalog.=) 'pg_follower')"
        " ON CONFLICT DO NOTHING",
        follow);
}

void keep_existing_tables(int32 follow)
{
    run("INSERT INTO follower.followed_table (follow, relid, state) SELECT $1, c.oid, 'following'"
        " FROM pg_catalog.pg_class AS c"
        " WHERE c.relkind IN ('r', 'm') AND c.relpersistence OPERATOR(pg_catalog.=) 'p'"
        " AND c.oid OPERATOR(pg_catalog.>=) 16384"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d"
        "   WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
        "   AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')"
        " ON CONFLICT DO NOTHING",
        follow);
}

void wait_for_views(int32 follow)
{
    run("INSERT INTO follower.followed_table (follow, relid, state) SELECT $1, oid, 'waiting' FROM pg_catalog.pg_class"
        " WHERE relkind OPERATOR(pg_catalog.=) 'm' AND oid OPERATOR(pg_catalog.>=) 16384"
        " ON CONFLICT (follow, relid) DO UPDATE SET state = 'waiting', copied_lsn = NULL, finished_at = NULL",
        follow);
}

void wait_for_table(int32 follow, Oid table)
{
    run("INSERT INTO follower.followed_table (follow, relid, state) VALUES ($1, $2, 'waiting')"
        " ON CONFLICT (follow, relid) DO UPDATE SET state = 'waiting', copied_lsn = NULL, bytes_total = NULL,"
        " bytes_done = NULL, rows_total = NULL, rows_done = NULL, attempts = 0, changes = 0, pid = NULL,"
        " started_at = NULL, finished_at = NULL, error = NULL",
        follow, table);
}

void tidy_followed_tables(int32 follow)
{
    run("DELETE FROM follower.followed_table AS t WHERE t.follow OPERATOR(pg_catalog.=) $1"
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) t.relid)",
        follow);
    run("UPDATE follower.followed_table SET state = 'waiting' WHERE follow OPERATOR(pg_catalog.=) $1"
        " AND state OPERATOR(pg_catalog.=) 'copying'",
        follow);
}

List *waiting_tables(int32 follow)
{
    return select_tables("SELECT relid FROM follower.followed_table WHERE follow OPERATOR(pg_catalog.=) $1"
                         " AND state OPERATOR(pg_catalog.=) 'waiting'",
                         follow);
}

List *parents_of_copied_tables(int32 follow)
{
    return select_tables(
        "WITH RECURSIVE parent (relid) AS (SELECT i.inhparent FROM pg_catalog.pg_inherits AS i"
        "   JOIN follower.followed_table AS t ON t.relid OPERATOR(pg_catalog.=) i.inhrelid"
        "   WHERE t.follow OPERATOR(pg_catalog.=) $1 AND t.state OPERATOR(pg_catalog.=) 'copied'"
        "   AND t.rows_done OPERATOR(pg_catalog.>) 0"
        " UNION SELECT i.inhparent FROM pg_catalog.pg_inherits AS i"
        "   JOIN parent AS p ON p.relid OPERATOR(pg_catalog.=) i.inhrelid)"
        " SELECT p.relid FROM parent AS p JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) p.relid"
        " WHERE c.relkind IN ('r', 'p')",
        follow);
}

Oid table_that_changes(int32 follow, int often)
{
    const char *query = psprintf("SELECT relid FROM follower.followed_table WHERE follow OPERATOR(pg_catalog.=) $1"
                                 " AND state OPERATOR(pg_catalog.=) 'waiting'"
                                 " AND changes OPERATOR(pg_catalog.>=) %d ORDER BY changes, relid LIMIT 1",
                                 often);
    List *tables = select_tables(query, follow);
    return tables == NIL ? InvalidOid : linitial_oid(tables);
}

bool came_with_copy(int32 follow, Oid table, TransactionId xid)
{
    SpiScope spi;
    Oid types[] = {INT4OID, OIDOID};
    Datum values[] = {Int32GetDatum(follow), ObjectIdGetDatum(table)};
    check_result(SPI_execute_with_args("SELECT first_xid, last_xid FROM follower.followed_table"
                                       " WHERE follow OPERATOR(pg_catalog.=) $1 AND relid OPERATOR(pg_catalog.=) $2"
                                       " AND first_xid IS NOT NULL AND last_xid IS NOT NULL",
                                       2, types, values, nullptr, false, 1));
    if (SPI_processed == 0)
        return false;
    bool null;
    auto bound = [&](int column) {
        Datum value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &null);
        return XidFromFullTransactionId(DatumGetFullTransactionId(value));
    };
    return TransactionIdFollowsOrEquals(xid, bound(1)) && TransactionIdPrecedes(xid, bound(2));
}

void end_copies(int32 follow)
{
    if (run("SELECT FROM follower.followed_table WHERE follow OPERATOR(pg_catalog.=) $1"
            " AND state IN ('waiting', 'copying')",
            follow) > 0)
        ereport(ERROR,
                (errcode(ERRCODE_INTERNAL_ERROR), errmsg("the copy would end while tables are still to be copied")));
    run("UPDATE follower.followed_table SET state = 'following' WHERE follow OPERATOR(pg_catalog.=) $1"
        " AND state OPERATOR(pg_catalog.=) 'copied'",
        follow);
}

void forget_followed_tables(int32 follow)
{
    run("DELETE FROM follower.followed_table WHERE follow OPERATOR(pg_catalog.=) $1", follow);
}

} // namespace pg_follower::apply
