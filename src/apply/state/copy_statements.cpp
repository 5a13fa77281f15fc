// The table follower.copy_statement. See copy_statements.hpp.
#include "apply/state/copy_statements.hpp"

#include "apply/state/spi.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
}

namespace pg_follower::apply {
namespace {

constexpr const char *failure_names[] = {"stop", "note", "exists"};

OnFailure failure_named(const char *name)
{
    for (size_t i = 0; i < lengthof(failure_names); ++i)
        if (strcmp(failure_names[i], name) == 0)
            return static_cast<OnFailure>(i);
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("unrecognized \"%s\" in follower.copy_statement", name)));
    pg_unreachable();
}

Datum value_at(uint64 row, int column)
{
    bool null;
    return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);
}

const char *text_at(uint64 row, int column)
{
    return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

} // namespace

void keep_copy_statements(int32 follow, const List *statements)
{
    forget_copy_statements(follow);
    SpiScope spi;
    Oid types[] = {INT4OID, INT4OID, TEXTOID, TEXTOID, TEXTOID, BOOLOID};
    SPIPlanPtr insert = SPI_prepare("INSERT INTO follower.copy_statement (follow, number, statement,"
                                    " role, on_failure, holds_secret) VALUES ($1, $2, $3, $4, $5, $6)",
                                    lengthof(types), types);
    if (!insert)
        check_result(SPI_result);
    int32 number = 0;
    for (CopyStatement *statement : each<CopyStatement>(statements)) {
        Datum values[] = {Int32GetDatum(follow),
                          Int32GetDatum(++number),
                          CStringGetTextDatum(statement->sql),
                          statement->role ? CStringGetTextDatum(statement->role) : (Datum)0,
                          CStringGetTextDatum(failure_names[static_cast<int>(statement->on_failure)]),
                          BoolGetDatum(statement->holds_secret)};
        check_result(SPI_execute_plan(insert, values, statement->role ? nullptr : "   n  ", false, 0));
        pfree(DatumGetPointer(values[2]));
    }
}

List *next_copy_statements(int32 follow, int most)
{
    MemoryContext context = CurrentMemoryContext;
    SpiScope spi;
    Oid type = INT4OID;
    Datum value = Int32GetDatum(follow);
    check_result(
        SPI_execute_with_args("SELECT number, statement, role, on_failure, holds_secret FROM follower.copy_statement"
                              " WHERE follow OPERATOR(pg_catalog.=) $1 ORDER BY number",
                              1, &type, &value, nullptr, true, most));
    MemoryContextScope scope(context);
    List *statements = NIL;
    for (uint64 i = 0; i < SPI_processed; ++i) {
        auto statement = allocate<CopyStatement>();
        *statement = {DatumGetInt32(value_at(i, 1)), text_at(i, 2), text_at(i, 3), failure_named(text_at(i, 4)),
                      DatumGetBool(value_at(i, 5))};
        statements = lappend(statements, statement);
    }
    return statements;
}

void forget_copy_statements(int32 follow, int32 last)
{
    SpiScope spi;
    Oid types[] = {INT4OID, INT4OID};
    Datum values[] = {Int32GetDatum(follow), Int32GetDatum(last)};
    check_result(SPI_execute_with_args("DELETE FROM follower.copy_statement WHERE follow OPERATOR(pg_catalog.=) $1"
                                       " AND number OPERATOR(pg_catalog.<=) $2",
                                       2, types, values, nullptr, false, 0));
}

} // namespace pg_follower::apply
