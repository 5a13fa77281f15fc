// See row_sql.hpp.
//
// The stream has the text of a statement with $1 ... $n, and the values beside it. All parameters stand outside of
// quoted names; the text has no string literals.
#include "apply/execute/row_sql.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
}

#include <cctype>

namespace pg_follower::apply {
namespace {

// The type of a column here, a domain's base type for a domain; InvalidOid where there is no such column.
Oid type_of_column(Oid table, const char *column)
{
    AttrNumber number = OidIsValid(table) ? get_attnum(table, column) : InvalidAttrNumber;
    return number == InvalidAttrNumber ? InvalidOid : getBaseType(get_atttype(table, number));
}

void write_literal(SqlWriter &out, const Parameter &parameter, const Value &value, Oid table)
{
    if (value.length < 0) {
        out.text("NULL");
    } else if (parameter.form == ValueForm::text) {
        out.literal(value.data, value.length);
        // In a comparison, an untyped literal would be read as what the operator takes.
        Oid type = parameter.finds_row ? type_of_column(table, parameter.column) : InvalidOid;
        if (OidIsValid(type))
            out.text("::").type_name(type);
    } else {
        out.text("'\\x");
        for (int i = 0; i < value.length; ++i)
            out.format("%02x", static_cast<unsigned char>(value.data[i]));
        out.text(parameter.form == ValueForm::binary ? "' /* as its type's send function wrote it */"
                                                     : "' /* as it lay in memory */");
    }
}

} // namespace

void write_row_statement(SqlWriter &out, const RowInHand &row)
{
    const Statement &statement = *row.statement;
    RangeVar *name = makeRangeVar(const_cast<char *>(statement.schema), const_cast<char *>(statement.table), -1);
    Oid table = RangeVarGetRelid(name, NoLock, true);
    bool quoted = false;
    for (const char *at = statement.one; *at;) {
        quoted ^= *at == '"';
        if (quoted || *at != '$' || !isdigit(static_cast<unsigned char>(at[1]))) {
            out.text(*at++);
            continue;
        }
        char *end;
        long number = strtol(at + 1, &end, 10);
        if (number < 1 || number > statement.count)
            ereport(ERROR,
                    (errcode(ERRCODE_PROTOCOL_VIOLATION),
                     errmsg("a row statement has a parameter $%ld, but %d parameters", number, statement.count)));
        write_literal(out, statement.parameters[number - 1], row.values[number - 1], table);
        at = end;
    }
}

} // namespace pg_follower::apply
