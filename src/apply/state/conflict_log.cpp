// See conflict_log.hpp.
#include "apply/state/conflict_log.hpp"

#include "apply/state/spi.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
}

namespace pg_follower::apply {
namespace {

constexpr const char *conflict_names[] = {
    "insert_exists",  "update_origin_differs",     "update_exists", "update_missing", "delete_origin_differs",
    "delete_missing", "multiple_unique_conflicts",
};
static_assert(lengthof(conflict_names) == conflict_kinds);

Datum text_or_null(const char *text, char &flag)
{
    flag = text ? ' ' : 'n';
    return text ? CStringGetTextDatum(text) : (Datum)0;
}

void keep(int32 follow, const NameData &follow_name, const ConflictNote &note)
{
    Oid types[] = {INT4OID, NAMEOID, XIDOID,  LSNOID, TIMESTAMPTZOID, TEXTOID,        NAMEOID,
                   NAMEOID, TEXTOID, TEXTOID, XIDOID, TEXTOID,        TIMESTAMPTZOID, TEXTOID};
    char flags[lengthof(types) + 1] = "              ";
    Datum values[] = {
        Int32GetDatum(follow),
        NameGetDatum(&follow_name),
        TransactionIdGetDatum(note.transaction.xid),
        LSNGetDatum(note.transaction.commit_lsn),
        TimestampTzGetDatum(note.transaction.commit_time),
        CStringGetTextDatum(conflict_names[static_cast<int>(note.conflict)]),
        DirectFunctionCall1(namein, CStringGetDatum(note.schema)),
        DirectFunctionCall1(namein, CStringGetDatum(note.table)),
        text_or_null(note.upstream_row, flags[8]),
        text_or_null(note.local_row, flags[9]),
        TransactionIdGetDatum(note.local_xid),
        text_or_null(note.local_origin, flags[11]),
        TimestampTzGetDatum(note.local_committed_at),
        CStringGetTextDatum(note.resolution),
    };
    if (!TransactionIdIsValid(note.local_xid))
        flags[10] = 'n';
    if (note.local_committed_at == 0)
        flags[12] = 'n';
    check_result(SPI_execute_with_args(
        "INSERT INTO follower.conflicts (follow, number, follow_name, upstream_xid, commit_lsn, committed_at, conflict,"
        " schema_name, table_name, upstream_row, local_row, local_xid, local_origin, local_committed_at, resolution,"
        " found_at)"
        " SELECT $1, last.number, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
        " pg_catalog.clock_timestamp() FROM (SELECT coalesce(pg_catalog.max(number), 0) OPERATOR(pg_catalog.+) 1"
        " FROM follower.conflicts WHERE follow OPERATOR(pg_catalog.=) $1) AS last (number)",
        lengthof(types), types, values, flags, false, 0));
}

} // namespace

void count_conflicts(int32 follow, const NameData &follow_name, const char *schema, const char *table,
                     Conflict conflict, int64 count)
{
    SpiScope spi;
    Oid types[] = {INT4OID, NAMEOID, NAMEOID, NAMEOID, TEXTOID, INT8OID};
    Datum values[] = {
        Int32GetDatum(follow),
        NameGetDatum(&follow_name),
        DirectFunctionCall1(namein, CStringGetDatum(schema)),
        DirectFunctionCall1(namein, CStringGetDatum(table)),
        CStringGetTextDatum(conflict_names[static_cast<int>(conflict)]),
        Int64GetDatum(count),
    };
    check_result(
        SPI_execute_with_args("INSERT INTO follower.conflict_count AS c (follow, follow_name, schema_name, table_name, "
                              "conflict, count, last_at)"
                              " VALUES ($1, $2, $3, $4, $5, $6, pg_catalog.clock_timestamp())"
                              " ON CONFLICT (follow, schema_name, table_name, conflict) DO UPDATE SET"
                              " count = c.count OPERATOR(pg_catalog.+) excluded.count, last_at = excluded.last_at",
                              lengthof(types), types, values, nullptr, false, 0));
}

void keep_conflicts(int32 follow, const NameData &follow_name, const List *notes)
{
    SpiScope spi;
    for (const ConflictNote *note : each<ConflictNote>(notes))
        keep(follow, follow_name, *note);
    Oid types[] = {INT4OID, INT4OID};
    Datum values[] = {Int32GetDatum(follow), Int32GetDatum(settings.max_conflicts)};
    check_result(SPI_execute_with_args(
        "DELETE FROM follower.conflicts WHERE follow OPERATOR(pg_catalog.=) $1 AND number OPERATOR(pg_catalog.<=)"
        " ((SELECT pg_catalog.max(number) FROM follower.conflicts WHERE follow OPERATOR(pg_catalog.=) $1)"
        " OPERATOR(pg_catalog.-) $2)",
        lengthof(types), types, values, nullptr, false, 0));
}

} // namespace pg_follower::apply
