// Writes the states of tables by SPI. See table_states.hpp.
#include "apply/copy/table_states.hpp"

#include "apply/execute/session.hpp"
#include "apply/state/spi.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/pg_lsn.h"
#include "utils/xid8.h"
}

namespace pg_follower::apply {
namespace {

// A parameter of a statement.
struct Parameter {
    Oid type;
    Datum value;
    bool is_null;
};

template <size_t count> void run(const char *statement, const Parameter (&parameters)[count])
{
    Oid types[count];
    Datum values[count];
    char nulls[count];
    for (size_t i = 0; i < count; ++i) {
        types[i] = parameters[i].type;
        values[i] = parameters[i].value;
        nulls[i] = parameters[i].is_null ? 'n' : ' ';
    }
    SpiScope spi;
    check_result(SPI_execute_with_args(statement, count, types, values, nulls, false, 0));
}

Datum int8_array(Datum *values, int count)
{
    return PointerGetDatum(construct_array(values, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

} // namespace

void note_sizes(int32 follow, const SourceTable *tables, int count)
{
    auto relids = allocate<Datum>(count);
    auto bytes = allocate<Datum>(count);
    auto rows = allocate<Datum>(count);
    for (int i = 0; i < count; ++i) {
        relids[i] = ObjectIdGetDatum(tables[i].relid);
        bytes[i] = Int64GetDatum(tables[i].bytes);
        rows[i] = Int64GetDatum(tables[i].rows);
    }
    // The worker's plans are made of index lookups (session.cpp). Without statistics of this table such a plan reads
    // all of the sizes for each table, and its time grows with the square of their number.
    GucScope settings;
    enter_ddl_settings("");
    (void)set_config_option("enable_nestloop", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    ArrayType *relid_array = construct_array(relids, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT);
    run("UPDATE follower.followed_table AS t SET bytes_total = u.bytes,"
        " rows_total = CASE WHEN u.rows OPERATOR(pg_catalog.>=) 0 THEN u.rows END"
        " FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)) AS u (relid, bytes, "
        "rows)"
        " WHERE t.follow OPERATOR(pg_catalog.=) $1 AND t.relid OPERATOR(pg_catalog.=) u.relid"
        " AND t.state OPERATOR(pg_catalog.=) 'waiting'",
        {{INT4OID, Int32GetDatum(follow), false},
         {OIDARRAYOID, PointerGetDatum(relid_array), false},
         {INT8ARRAYOID, int8_array(bytes, count), false},
         {INT8ARRAYOID, int8_array(rows, count), false}});
}

void note_begin(int32 follow, Oid table)
{
    run("UPDATE follower.followed_table SET state = 'copying', pid = $3, started_at = pg_catalog.clock_timestamp(),"
        " finished_at = NULL, attempts = attempts OPERATOR(pg_catalog.+) 1, bytes_done = NULL, rows_done = NULL,"
        " first_xid = pg_catalog.pg_current_xact_id(), last_xid = NULL"
        " WHERE follow OPERATOR(pg_catalog.=) $1 AND relid OPERATOR(pg_catalog.=) $2",
        {{INT4OID, Int32GetDatum(follow), false},
         {OIDOID, ObjectIdGetDatum(table), false},
         {INT4OID, Int32GetDatum(MyProcPid), false}});
}

void note_part(int32 follow, Oid table, const Loaded &loaded)
{
    run("UPDATE follower.followed_table SET bytes_done = coalesce(bytes_done, 0) OPERATOR(pg_catalog.+) $3,"
        " rows_done = coalesce(rows_done, 0) OPERATOR(pg_catalog.+) $4"
        " WHERE follow OPERATOR(pg_catalog.=) $1 AND relid OPERATOR(pg_catalog.=) $2",
        {{INT4OID, Int32GetDatum(follow), false},
         {OIDOID, ObjectIdGetDatum(table), false},
         {INT8OID, Int64GetDatum(loaded.bytes), false},
         {INT8OID, Int64GetDatum(loaded.rows), false}});
}

void note_copied(int32 follow, Oid table, XLogRecPtr lsn, const Loaded &loaded)
{
    run("UPDATE follower.followed_table SET state = 'copied', finished_at = pg_catalog.clock_timestamp(),"
        " copied_lsn = $3, bytes_done = $4, rows_done = $5, last_xid = $6, error = NULL"
        " WHERE follow OPERATOR(pg_catalog.=) $1 AND relid OPERATOR(pg_catalog.=) $2",
        {{INT4OID, Int32GetDatum(follow), false},
         {OIDOID, ObjectIdGetDatum(table), false},
         {PG_LSNOID, LSNGetDatum(lsn), false},
         {INT8OID, Int64GetDatum(loaded.bytes), false},
         {INT8OID, Int64GetDatum(loaded.rows), false},
         {XID8OID, FullTransactionIdGetDatum(ReadNextFullTransactionId()), false}});
}

void note_waiting(int32 follow, Oid table, const char *error)
{
    run("UPDATE follower.followed_table SET state = 'waiting', bytes_done = NULL, rows_done = NULL, error = $3"
        " WHERE follow OPERATOR(pg_catalog.=) $1 AND relid OPERATOR(pg_catalog.=) $2"
        " AND state OPERATOR(pg_catalog.<>) 'copied'",
        {{INT4OID, Int32GetDatum(follow), false},
         {OIDOID, ObjectIdGetDatum(table), false},
         {TEXTOID, error ? CStringGetTextDatum(error) : (Datum)0, !error}});
}

void note_changed(int32 follow, Oid table)
{
    note_waiting(follow, table, nullptr);
    run("UPDATE follower.followed_table SET changes = changes OPERATOR(pg_catalog.+) 1"
        " WHERE follow OPERATOR(pg_catalog.=) $1 AND relid OPERATOR(pg_catalog.=) $2",
        {{INT4OID, Int32GetDatum(follow), false}, {OIDOID, ObjectIdGetDatum(table), false}});
}

} // namespace pg_follower::apply
