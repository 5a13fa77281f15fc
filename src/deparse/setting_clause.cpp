// Settings in definitions. See setting_clause.hpp.
#include "setting_clause.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/varlena.h"
}

namespace pg_follower {

const char *setting_value(const ArrayType *settings, const char *name)
{
    if (!settings)
        return nullptr;
    Datum *elements;
    int count;
    deconstruct_array(const_cast<ArrayType *>(settings), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
    size_t length = strlen(name);
    for (int i = 0; i < count; ++i) {
        const char *setting = TextDatumGetCString(elements[i]);
        if (pg_strncasecmp(setting, name, length) == 0 && setting[length] == '=')
            return setting + length + 1;
    }
    return nullptr;
}

void write_set_clause(SqlWriter &out, const char *name, const char *value)
{
    out.text("SET ").name(name).text(" TO ");
    // A list is stored quoted by rules of its own (flatten_set_variable_args() of guc.c), so its elements are taken
    // apart; any other value is one literal.
    if (GetConfigOptionFlags(name, true) & GUC_LIST_QUOTE) {
        List *elements;
        if (!SplitGUCList(pstrdup(value), ',', &elements))
            elog(ERROR, "invalid list in the setting \"%s\"", name);
        SqlWriter::Separator comma(", ");
        for (char *element : each<char>(elements))
            out.next(comma).literal(element);
        if (elements == NIL)
            out.text("''");
    } else
        out.literal(value);
}

} // namespace pg_follower
