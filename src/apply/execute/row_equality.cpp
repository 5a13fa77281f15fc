// Compares and hashes rows by the text of their values. See row_equality.hpp.
//
// For the types that most tables have, values of equal text have the same bytes, so no text is made for them. It is
// made for all others: an array may have been stored with a bitmap of NULLs that it does not need, a jsonb may hold a
// number in another form.
#include "apply/execute/row_equality.hpp"

#include "pg_follower/memory.hpp"

extern "C" {
#include "access/detoast.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
}

#include <cmath>

namespace pg_follower::apply {
namespace {

// Values with more bytes are large: they may lie compressed or in the TOAST table.
constexpr size_t most_small_bytes = 256;

uint64 hash_of(const char *data, size_t size)
{
    return hash_bytes_extended(reinterpret_cast<const unsigned char *>(data), static_cast<int>(size), 0);
}

uint64 hash_of_number(uint64 number)
{
    return hash_of(reinterpret_cast<const char *>(&number), sizeof(number));
}

// The bits of a value that lies in a Datum. What stands in the others depends on who made the Datum.
uint64 own_bits(Datum value, int16 length)
{
    return length < int{sizeof(Datum)} ? value & ((uint64{1} << (8 * length)) - 1) : value;
}

// The bits of a number, with one NaN for all.
uint32 float4_bits(Datum value)
{
    float4 number = DatumGetFloat4(value);
    if (std::isnan(number))
        number = get_float4_nan();
    uint32 bits;
    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

uint64 float8_bits(Datum value)
{
    float8 number = DatumGetFloat8(value);
    if (std::isnan(number))
        number = get_float8_nan();
    uint64 bits;
    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

} // namespace

RowEquality::Way RowEquality::way_of(Oid type)
{
    switch (getBaseType(type)) {
    case BOOLOID:
    case CHAROID:
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case OIDOID:
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
    case BYTEAOID:
    case JSONOID:
    case NUMERICOID:
    case DATEOID:
    case TIMEOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
    case UUIDOID:
        return Way::image;
    case FLOAT4OID:
        return Way::float4;
    case FLOAT8OID:
        return Way::float8;
    default:
        return type_is_enum(getBaseType(type)) ? Way::image : Way::text;
    }
}

void RowEquality::start(TupleDesc description, const Bitmapset *columns)
{
    columns_ = allocate_zeroed<Column>(bms_num_members(columns));
    for (int number = -1; (number = bms_next_member(columns, number)) >= 0;) {
        Column &column = columns_[count_++];
        Form_pg_attribute attribute = TupleDescAttr(description, number - 1);
        column.attribute = attribute->attnum;
        column.way = way_of(attribute->atttypid);
        column.length = attribute->attlen;
        column.by_value = attribute->attbyval;
        has_large_ |= column.way == Way::image && column.length == -1;
        if (column.way != Way::text)
            continue;
        Oid output;
        bool varlena;
        getTypeOutputInfo(attribute->atttypid, &output, &varlena);
        fmgr_info(output, &column.output);
        calls_functions_ = true;
    }
}

bool RowEquality::is_found_by_equality(AttrNumber attribute) const
{
    for (int i = 0; i < count_; ++i)
        if (columns_[i].attribute == attribute)
            return columns_[i].way != Way::text;
    return false;
}

uint64 RowEquality::hash_value(Column &column, Datum value, bool full)
{
    switch (column.way) {
    case Way::float4:
        return hash_of_number(float4_bits(value));
    case Way::float8:
        return hash_of_number(float8_bits(value));
    case Way::text: {
        const char *text = OutputFunctionCall(&column.output, value);
        return hash_of(text, strlen(text));
    }
    case Way::image:
        break;
    }
    if (column.by_value)
        return hash_of_number(own_bits(value, column.length));
    if (column.length > 0)
        return hash_of(DatumGetPointer(value), column.length);
    size_t size = toast_raw_datum_size(value) - VARHDRSZ;
    if (size > most_small_bytes && !full)
        return hash_of_number(size);
    const struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);
    return hash_of(VARDATA_ANY(bytes), size);
}

uint64 RowEquality::hash(const ColumnValues &row, bool full)
{
    uint64 result = 0;
    for (int i = 0; i < count_; ++i) {
        Column &column = columns_[i];
        int at = column.attribute - 1;
        result = hash_combine64(result, row.nulls[at] ? 0 : hash_value(column, row.values[at], full));
    }
    return result;
}

bool RowEquality::equal_values(Column &column, Datum a, Datum b)
{
    switch (column.way) {
    case Way::image:
        return column.by_value ? own_bits(a, column.length) == own_bits(b, column.length)
                               : datum_image_eq(a, b, false, column.length);
    case Way::float4:
        return float4_bits(a) == float4_bits(b);
    case Way::float8:
        return float8_bits(a) == float8_bits(b);
    case Way::text:
        break;
    }
    return strcmp(OutputFunctionCall(&column.output, a), OutputFunctionCall(&column.output, b)) == 0;
}

bool RowEquality::equal(const ColumnValues &a, const ColumnValues &b)
{
    for (int i = 0; i < count_; ++i) {
        Column &column = columns_[i];
        int at = column.attribute - 1;
        if (a.nulls[at] != b.nulls[at] || (!a.nulls[at] && !equal_values(column, a.values[at], b.values[at])))
            return false;
    }
    return true;
}

} // namespace pg_follower::apply
