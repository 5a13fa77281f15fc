// See row_text.hpp.
#include "apply/execute/row_text.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
}

namespace pg_follower::apply {
namespace {

constexpr int most_value_bytes = 128; // of a value
constexpr int most_row_bytes = 1000;  // after which no further value is written

void write_value(StringInfo out, const Parameter &parameter, const Value &value)
{
    if (value.length < 0) {
        appendStringInfoString(out, "NULL");
        return;
    }
    // Other forms are no text, and an error may be about bytes that are none.
    if (parameter.form != ValueForm::text || !pg_verify_mbstr(GetDatabaseEncoding(), value.data, value.length, true)) {
        appendStringInfo(out, "(%d bytes)", value.length);
        return;
    }
    int length = pg_mbcliplen(value.data, value.length, most_value_bytes);
    appendStringInfoChar(out, '\'');
    for (int i = 0; i < length; ++i) {
        if (value.data[i] == '\'')
            appendStringInfoChar(out, '\'');
        appendStringInfoChar(out, value.data[i]);
    }
    appendStringInfoString(out, length < value.length ? "...'" : "'");
}

} // namespace

void write_row_text(StringInfo out, const void *row)
{
    auto [statement, values] = *static_cast<const RowInHand *>(row);
    bool inserted = statement->kind->finds_by == FindsBy::nothing;
    int begin = out->len;
    for (int i = 0; i < statement->count; ++i) {
        const Parameter &parameter = statement->parameters[i];
        if (!inserted && !parameter.finds_row)
            continue;
        if (out->len > begin)
            appendStringInfoString(out, ", ");
        if (out->len - begin > most_row_bytes) {
            appendStringInfoString(out, "...");
            return;
        }
        appendStringInfo(out, "%s = ", quote_identifier(parameter.column));
        write_value(out, parameter, values[i]);
    }
}

} // namespace pg_follower::apply
