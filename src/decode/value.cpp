// Writes values as text. See value.hpp.
//
// What stands here instead of a type's output function writes, byte for byte, what that function writes under the
// fixed settings (ISO dates, UTC, hexadecimal bytea, shortest-exact floats). test/sql/rows_types.sql compares the two.
#include "decode/value.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/subtransaction.hpp"

extern "C" {
#include "access/transam.h"
#include "access/tupmacs.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "datatype/timestamp.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace pg_follower::decode {
namespace {

using Way = ValueOutput::Way;

Way way_of_function(Oid function)
{
    switch (function) {
    case F_TEXTOUT:
    case F_VARCHAROUT:
    case F_BPCHAROUT:
    case F_JSON_OUT:
        return Way::text;
    case F_BYTEAOUT:
        return Way::bytea;
    case F_BOOLOUT:
        return Way::boolean;
    case F_INT2OUT:
        return Way::int2;
    case F_INT4OUT:
        return Way::int4;
    case F_INT8OUT:
        return Way::int8;
    case F_OIDOUT:
        return Way::oid;
    case F_FLOAT4OUT:
        return Way::float4;
    case F_FLOAT8OUT:
        return Way::float8;
    case F_DATE_OUT:
        return Way::date;
    case F_TIMESTAMP_OUT:
        return Way::timestamp;
    case F_TIMESTAMPTZ_OUT:
        return Way::timestamptz;
    case F_UUID_OUT:
        return Way::uuid;
    default:
        return Way::function;
    }
}

void append_bytes(StringInfo out, const char *data, size_t size)
{
    need_room(out, size);
    appendBinaryStringInfo(out, data, static_cast<int>(size));
}

constexpr char hex_digits[] = "0123456789abcdef";

char *put_hex(char *to, const uint8 *bytes, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        *to++ = hex_digits[bytes[i] >> 4];
        *to++ = hex_digits[bytes[i] & 0xF];
    }
    return to;
}

void append_bytea(StringInfo out, struct varlena *value)
{
    size_t size = VARSIZE_ANY_EXHDR(value);
    need_room(out, 2 + 2 * size);
    enlargeStringInfo(out, static_cast<int>(2 + 2 * size));
    char *to = out->data + out->len;
    *to++ = '\\';
    *to++ = 'x';
    to = put_hex(to, reinterpret_cast<const uint8 *>(VARDATA_ANY(value)), size);
    *to = '\0';
    out->len = static_cast<int>(to - out->data);
}

void append_uuid(StringInfo out, const pg_uuid_t *uuid)
{
    static constexpr uint8 groups[] = {4, 2, 2, 2, 6};
    char text[2 * UUID_LEN + 5];
    char *to = text;
    const uint8 *bytes = uuid->data;
    for (uint8 group : groups) {
        if (to != text)
            *to++ = '-';
        to = put_hex(to, bytes, group);
        bytes += group;
    }
    append_bytes(out, text, to - text);
}

void append_date(StringInfo out, DateADT date)
{
    char text[MAXDATELEN + 1];
    if (DATE_NOT_FINITE(date))
        EncodeSpecialDate(date, text);
    else {
        struct pg_tm tm;
        j2date(date + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
        EncodeDateOnly(&tm, USE_ISO_DATES, text);
    }
    append_bytes(out, text, strlen(text));
}

// A timestamp in UTC. With `zone`, the offset is written behind it.
void append_timestamp(StringInfo out, Timestamp timestamp, bool zone)
{
    char text[MAXDATELEN + 1];
    if (TIMESTAMP_NOT_FINITE(timestamp))
        EncodeSpecialTimestamp(timestamp, text);
    else {
        struct pg_tm tm;
        fsec_t fraction;
        if (timestamp2tm(timestamp, nullptr, &tm, &fraction, nullptr, nullptr) != 0)
            ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
        tm.tm_isdst = 0;
        EncodeDateTime(&tm, fraction, zone, 0, nullptr, USE_ISO_DATES, text);
    }
    append_bytes(out, text, strlen(text));
}

void append_image(StringInfo out, Oid type, Datum value)
{
    int16 length;
    bool by_value;
    get_typlenbyval(type, &length, &by_value);
    if (length == -1) {
        struct varlena *data = pg_detoast_datum_packed(reinterpret_cast<struct varlena *>(DatumGetPointer(value)));
        append_bytes(out, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
    } else if (length == -2)
        append_bytes(out, DatumGetCString(value), strlen(DatumGetCString(value)));
    else if (by_value) {
        Datum bytes;
        store_att_byval(&bytes, value, length);
        append_bytes(out, reinterpret_cast<const char *>(&bytes), length);
    } else
        append_bytes(out, DatumGetPointer(value), length);
}

// Whether an error says nothing about the value: a cancel, a lack of memory, or that the transaction, which is streamed
// while it is open, has been rolled back in the meantime. The last is the reorder buffer's own to deal with.
bool is_passing(int code)
{
    int category = ERRCODE_TO_CATEGORY(code);
    return category == ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) ||
           category == ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR);
}

// Returns the error that writing the value raises, or null.
ErrorData *try_value(ValueOutput &output, Datum value)
{
    // The rollback of a subtransaction forgets which transaction must not be rolled back while its change is decoded.
    TransactionId watched = CheckXidAlive;
    ErrorData *failure = try_in_subtransaction([&] {
        StringInfoData text;
        initStringInfo(&text);
        append_value(&text, output, value);
        pfree(text.data);
    });
    CheckXidAlive = watched;
    if (failure && is_passing(failure->sqlerrcode))
        ReThrowError(failure);
    return failure;
}

// Whether the output function of the type, or of an array's elements, is not the server's own.
bool has_own_output_function(Oid type)
{
    Oid element = get_element_type(type);
    Oid function;
    bool is_varlena;
    getTypeOutputInfo(OidIsValid(element) ? element : type, &function, &is_varlena);
    return function >= FirstNormalObjectId;
}

// The type's send function, if it can be read again.
Oid send_function(Oid type)
{
    SyscacheRow<FormData_pg_type> row(TYPEOID, type, "type");
    return OidIsValid(row->typreceive) ? row->typsend : InvalidOid;
}

} // namespace

void need_room(StringInfo out, uint64 bytes)
{
    // The limit is that of enlargeStringInfo, which counts the terminating zero.
    if (static_cast<uint64>(out->len) + bytes >= MaxAllocSize)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("row is too large to be sent"),
                        errdetail("The text of a row is limited to %zu bytes; this one has %d bytes before the value "
                                  "of " UINT64_FORMAT " bytes.",
                                  MaxAllocSize, out->len, bytes)));
}

void init_value_output(ValueOutput &output, Oid type, MemoryContext context)
{
    Oid function;
    bool is_varlena;
    getTypeOutputInfo(type, &function, &is_varlena);
    fmgr_info_cxt(function, &output.function, context);
    output.type = getBaseType(type);
    output.untested = has_own_output_function(output.type);
    output.way = way_of_function(function);
    output.by_bare_literal =
        output.way == Way::boolean || output.way == Way::int2 || output.way == Way::int4 || output.way == Way::int8;
}

bool test_value_output(ValueOutput &output, Datum value)
{
    output.untested = false;
    const ErrorData *failure = try_value(output, value);
    if (!failure)
        return false;
    // The binary form of an array holds the number of its elements' type, which is another one downstream.
    Oid function = OidIsValid(get_element_type(output.type)) ? InvalidOid : send_function(output.type);
    if (OidIsValid(function)) {
        fmgr_info_cxt(function, &output.function, output.function.fn_mcxt);
        output.way = Way::binary;
        if (!try_value(output, value))
            return true;
    }
    output.way = Way::image;
    ereport(DEBUG1, (errmsg("values of type %s are sent as they lie in memory", format_type_be(output.type)),
                     errdetail("Its output function cannot be called while WAL is decoded: %s", failure->message)));
    return true;
}

void append_value(StringInfo out, ValueOutput &output, Datum value)
{
    switch (output.way) {
    case Way::text: {
        struct varlena *text = pg_detoast_datum_packed(reinterpret_cast<struct varlena *>(DatumGetPointer(value)));
        append_bytes(out, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
        break;
    }
    case Way::bytea:
        append_bytea(out, pg_detoast_datum_packed(reinterpret_cast<struct varlena *>(DatumGetPointer(value))));
        break;
    case Way::boolean:
        append_bytes(out, DatumGetBool(value) ? "t" : "f", 1);
        break;
    case Way::int2:
    case Way::int4: {
        char text[12];
        append_bytes(out, text, pg_ltoa(output.way == Way::int2 ? DatumGetInt16(value) : DatumGetInt32(value), text));
        break;
    }
    case Way::int8: {
        char text[MAXINT8LEN + 1];
        append_bytes(out, text, pg_lltoa(DatumGetInt64(value), text));
        break;
    }
    case Way::oid: {
        char text[12];
        append_bytes(out, text, pg_ultoa_n(DatumGetObjectId(value), text));
        break;
    }
    case Way::float4: {
        char text[FLOAT_SHORTEST_DECIMAL_LEN];
        append_bytes(out, text, float_to_shortest_decimal_buf(DatumGetFloat4(value), text));
        break;
    }
    case Way::float8: {
        char text[DOUBLE_SHORTEST_DECIMAL_LEN];
        append_bytes(out, text, double_to_shortest_decimal_buf(DatumGetFloat8(value), text));
        break;
    }
    case Way::date:
        append_date(out, DatumGetDateADT(value));
        break;
    case Way::timestamp:
        append_timestamp(out, DatumGetTimestamp(value), false);
        break;
    case Way::timestamptz:
        append_timestamp(out, DatumGetTimestampTz(value), true);
        break;
    case Way::uuid:
        append_uuid(out, DatumGetUUIDP(value));
        break;
    case Way::binary: {
        const bytea *sent = SendFunctionCall(&output.function, value);
        append_bytes(out, VARDATA(sent), VARSIZE(sent) - VARHDRSZ);
        break;
    }
    case Way::image:
        append_image(out, output.type, value);
        break;
    case Way::function: {
        const char *text = OutputFunctionCall(&output.function, value);
        append_bytes(out, text, strlen(text));
        break;
    }
    }
}

} // namespace pg_follower::decode
