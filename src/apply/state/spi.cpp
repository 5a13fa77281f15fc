// Plain uses of SPI. See spi.hpp.
#include "apply/state/spi.hpp"

namespace pg_follower::apply {

void check_result(int code)
{
    if (code < 0)
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
                        errmsg("could not execute a statement: %s", SPI_result_code_string(code))));
}

SPIPlanPtr prepare(const char *sql, int count, Oid *types)
{
    SPIPlanPtr plan = SPI_prepare_cursor(sql, count, types, CURSOR_OPT_GENERIC_PLAN);
    if (!plan)
        check_result(SPI_result);
    SPI_keepplan(plan);
    return plan;
}

int64 query_count(const char *query)
{
    SpiScope spi;
    check_result(SPI_execute(query, true, 1));
    bool null;
    return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
}

} // namespace pg_follower::apply
