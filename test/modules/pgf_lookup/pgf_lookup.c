/*
 * Types whose values hold the number of a label, and whose text is the label itself: their input and output functions
 * look it up with a query.  The text "label*n" makes a value that is n bytes longer.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

PG_MODULE_MAGIC;

static char *look_up(const char *query, Oid type, Datum argument)
{
    MemoryContext context = CurrentMemoryContext;
    char *result;

    SPI_connect();
    if (SPI_execute_with_args(query, 1, &type, &argument, NULL, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
        elog(ERROR, "a label is not found");
    result = MemoryContextStrdup(context, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
    SPI_finish();
    return result;
}

static int32 number_of(const char *label)
{
    return pg_strtoint32(look_up("SELECT id FROM public.label WHERE label = $1", TEXTOID, CStringGetTextDatum(label)));
}

static char *label_of(int32 number)
{
    return look_up("SELECT label FROM public.label WHERE id = $1", INT4OID, Int32GetDatum(number));
}

static bytea *make_value(int32 number, int padding)
{
    bytea *value = palloc(VARHDRSZ + sizeof(int32) + padding);

    SET_VARSIZE(value, VARHDRSZ + sizeof(int32) + padding);
    memcpy(VARDATA(value), &number, sizeof(int32));
    memset(VARDATA(value) + sizeof(int32), 'x', padding);
    return value;
}

PG_FUNCTION_INFO_V1(looked_up_in);
Datum looked_up_in(PG_FUNCTION_ARGS)
{
    char *text = pstrdup(PG_GETARG_CSTRING(0));
    char *star = strchr(text, '*');

    if (star)
        *star = '\0';
    PG_RETURN_BYTEA_P(make_value(number_of(text), star ? atoi(star + 1) : 0));
}

static int32 read_value(bytea *value, int *padding)
{
    int32 number;

    memcpy(&number, VARDATA_ANY(value), sizeof(int32));
    *padding = VARSIZE_ANY_EXHDR(value) - sizeof(int32);
    return number;
}

PG_FUNCTION_INFO_V1(looked_up_out);
Datum looked_up_out(PG_FUNCTION_ARGS)
{
    int padding;
    int32 number = read_value(PG_GETARG_BYTEA_PP(0), &padding);

    PG_RETURN_CSTRING(padding > 0 ? psprintf("%s*%d", label_of(number), padding) : label_of(number));
}

PG_FUNCTION_INFO_V1(sent_send);
Datum sent_send(PG_FUNCTION_ARGS)
{
    int padding;
    int32 number = read_value(PG_GETARG_BYTEA_PP(0), &padding);
    StringInfoData out;

    pq_begintypsend(&out);
    pq_sendint32(&out, number);
    pq_sendint32(&out, padding);
    PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

PG_FUNCTION_INFO_V1(sent_recv);
Datum sent_recv(PG_FUNCTION_ARGS)
{
    StringInfo in = (StringInfo)PG_GETARG_POINTER(0);
    int32 number = pq_getmsgint(in, 4);

    PG_RETURN_BYTEA_P(make_value(number, pq_getmsgint(in, 4)));
}

PG_FUNCTION_INFO_V1(short_in);
Datum short_in(PG_FUNCTION_ARGS)
{
    PG_RETURN_INT32(number_of(PG_GETARG_CSTRING(0)));
}

PG_FUNCTION_INFO_V1(short_out);
Datum short_out(PG_FUNCTION_ARGS)
{
    PG_RETURN_CSTRING(label_of(PG_GETARG_INT32(0)));
}
