// Which tables are copied in binary form. See binary_form.hpp.
#include "apply/copy/binary_form.hpp"

#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::apply {
namespace {

// These have the same OID and the same binary form from version 15 to 18, which is what the send and receive functions
// in src/backend/utils/adt write and read there.
constexpr Oid fixed_types[] = {
    BOOLOID,    BYTEAOID,  INT2OID,      INT4OID, INT8OID, FLOAT4OID,  FLOAT8OID,      NUMERICOID, TEXTOID,
    VARCHAROID, BPCHAROID, OIDOID,       UUIDOID, DATEOID, TIMEOID,    TIMETZOID,      BITOID,     VARBITOID,
    JSONOID,    JSONBOID,  TIMESTAMPOID, INETOID, CIDROID, MACADDROID, TIMESTAMPTZOID,
};

// Stands for any enumeration in the comparison with the upstream: each has its own OID on each side.
constexpr Oid any_enumeration = InvalidOid;

bool is_fixed(Oid type, int upstream_major)
{
    // From version 17 on some values of an interval are infinite, which they are not for older versions.
    if (type == INTERVALOID)
        return upstream_major == server_major_version;
    for (Oid fixed : fixed_types)
        if (type == fixed)
            return true;
    return false;
}

// Finds the type that the column must have upstream, where it can be copied in binary form.
bool find_expected_type(Form_pg_attribute column, int upstream_major, Oid &expected)
{
    expected = getBaseType(column->atttypid);
    if (expected == column->atttypid && get_typtype(expected) == TYPTYPE_ENUM) {
        expected = any_enumeration;
        return true;
    }
    Oid element = get_element_type(expected);
    return is_fixed(OidIsValid(element) ? element : expected, upstream_major);
}

} // namespace

void write_binary_condition(SqlWriter &out, Relation table, int upstream_major)
{
    // An older server does not know what a newer one may have added to a form. And the receive functions take text in
    // the encoding of this session's client, but it comes in that of the database.
    bool fits = upstream_major <= server_major_version && pg_get_client_encoding() == GetDatabaseEncoding();
    SqlWriter columns;
    SqlWriter::Separator comma(", ");
    int count = 0;
    TupleDesc description = RelationGetDescr(table);
    for (int i = 0; i < description->natts && fits; ++i) {
        Form_pg_attribute column = TupleDescAttr(description, i);
        if (column->attisdropped || column->attgenerated != '\0')
            continue;
        Oid expected;
        fits = find_expected_type(column, upstream_major, expected);
        columns.next(comma).text("(").literal(NameStr(column->attname)).format("::pg_catalog.name, %u)", expected);
        ++count;
    }
    if (!fits || count == 0) {
        out.text("false");
        return;
    }
    out.text("(SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) ").number(count);
    out.text(" FROM (VALUES ").text(columns.c_str()).text(") AS here (name, type)");
    out.text(" JOIN pg_catalog.pg_attribute AS a ON a.attname OPERATOR(pg_catalog.=) here.name"
             " JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid"
             " WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND NOT a.attisdropped"
             " AND here.type OPERATOR(pg_catalog.=) CASE t.typtype WHEN 'd' THEN t.typbasetype");
    out.format(" WHEN 'e' THEN %u ELSE t.oid END)", any_enumeration);
}

} // namespace pg_follower::apply
