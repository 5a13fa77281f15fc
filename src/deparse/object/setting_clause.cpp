// Settings in definitions. See setting_clause.hpp.
#include "deparse/object/setting_clause.hpp"

extern "C" {
#include "utils/guc.h"
#include "utils/varlena.h"
}

namespace pg_follower::deparse {

bool sets_role(const ArrayType *settings)
{
    return setting_value(settings, "role") || setting_value(settings, "session_authorization");
}

bool sets_role(const VariableSetStmt *statement)
{
    // RESET ALL asks for each setting that is there whether it may be changed.
    return statement->kind == VAR_RESET_ALL || pg_strcasecmp(statement->name, "role") == 0 ||
           pg_strcasecmp(statement->name, "session_authorization") == 0;
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

void write_stored_setting(SqlWriter &out, const VariableSetStmt *statement, Oid database, Oid role)
{
    if (statement->kind == VAR_RESET_ALL) {
        out.text(" RESET ALL");
        return;
    }
    const char *value = setting_value(stored_settings(database, role), statement->name);
    out.text(' ');
    if (value)
        write_set_clause(out, statement->name, value);
    else
        out.text("RESET ").name(statement->name);
}

void write_with_database(SqlWriter &out, const char *head, const char *tail)
{
    SqlWriter block;
    block.text("BEGIN EXECUTE pg_catalog.concat(")
        .literal(head)
        .text(", pg_catalog.quote_ident(pg_catalog.current_database()), ")
        .literal(tail)
        .text("); END");
    out.do_block(block.c_str());
}

} // namespace pg_follower::deparse
