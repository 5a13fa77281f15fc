// Functions and procedures: CREATE from pg_get_functiondef(), ALTER from what the statement names and the catalog says.
#include "deparse/object/function.hpp"
#include "deparse/object/setting_clause.hpp"
#include "deparse/objects.hpp"
#include "deparse/text/definition.hpp"
#include "deparse/text/lexer.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "commands/defrem.h"
#include "common/shortest_dec.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
}

namespace pg_follower::deparse {

void write_routine_signature(SqlWriter &out, Oid routine)
{
    CatalogRow<FormData_pg_proc> row(ProcedureRelationId, routine);
    out.function_name(routine).text('(');
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < row->pronargs; ++i)
        out.next(comma).type_name(row->proargtypes.values[i]);
    out.text(')');
}

void write_function_option(SqlWriter &out, SqlWriter::Separator &comma, const char *option, Oid function)
{
    if (OidIsValid(function))
        out.next(comma).text(option).text(" = ").function_name(function);
}

namespace {

char *text_of(PGFunction function, Oid argument)
{
    return TextDatumGetCString(DirectFunctionCall1(function, ObjectIdGetDatum(argument)));
}

const ArrayType *settings_of(const CatalogRow<FormData_pg_proc> &row)
{
    bool is_null;
    Datum settings = row.datum(Anum_pg_proc_proconfig, is_null);
    return is_null ? nullptr : DatumGetArrayTypeP(settings);
}

// SET name TO value, or RESET name, as the routine has it now.
void write_routine_setting(SqlWriter &out, const CatalogRow<FormData_pg_proc> &row, const VariableSetStmt *setting)
{
    if (setting->kind == VAR_RESET_ALL) {
        out.text(" RESET ALL");
        return;
    }
    const char *value = setting_value(settings_of(row), setting->name);
    out.text(' ');
    if (value)
        write_set_clause(out, setting->name, value);
    else
        out.text("RESET ").name(setting->name);
}

// The shortest text that reads as the same number.
void write_number(SqlWriter &out, float4 number)
{
    char digits[FLOAT_SHORTEST_DECIMAL_LEN];
    (void)float_to_shortest_decimal_buf(number, digits);
    out.text(digits);
}

// Whether pg_get_functiondef(), which writes six digits, loses some of the number.
bool loses_digits(float4 number)
{
    return strtof(psprintf("%g", number), nullptr) != number;
}

// ALTER FUNCTION signature. With argument modes, so that a procedure is not taken for another with the same types as
// outputs.
void write_alter(SqlWriter &out, Oid routine, char kind)
{
    out.text(kind == PROKIND_PROCEDURE ? "ALTER PROCEDURE " : "ALTER FUNCTION ")
        .function_name(routine)
        .text('(')
        .text(text_of(pg_get_function_identity_arguments, routine))
        .text(')');
}

void write_action(SqlWriter &out, const CatalogRow<FormData_pg_proc> &row, const DefElem *action)
{
    const char *name = action->defname;
    if (strcmp(name, "volatility") == 0)
        out.text(row->provolatile == PROVOLATILE_IMMUTABLE ? " IMMUTABLE"
                 : row->provolatile == PROVOLATILE_STABLE  ? " STABLE"
                                                           : " VOLATILE");
    else if (strcmp(name, "strict") == 0)
        out.text(row->proisstrict ? " STRICT" : " CALLED ON NULL INPUT");
    else if (strcmp(name, "security") == 0)
        out.text(row->prosecdef ? " SECURITY DEFINER" : " SECURITY INVOKER");
    else if (strcmp(name, "leakproof") == 0)
        out.text(row->proleakproof ? " LEAKPROOF" : " NOT LEAKPROOF");
    else if (strcmp(name, "parallel") == 0)
        out.text(row->proparallel == PROPARALLEL_SAFE         ? " PARALLEL SAFE"
                 : row->proparallel == PROPARALLEL_RESTRICTED ? " PARALLEL RESTRICTED"
                                                              : " PARALLEL UNSAFE");
    else if (strcmp(name, "cost") == 0)
        write_number(out.text(" COST "), row->procost);
    else if (strcmp(name, "rows") == 0)
        write_number(out.text(" ROWS "), row->prorows);
    else if (strcmp(name, "support") == 0)
        out.text(" SUPPORT ").function_name(row->prosupport);
    else if (strcmp(name, "set") == 0)
        write_routine_setting(out, row, castNode(VariableSetStmt, action->arg));
    else
        cannot_follow(psprintf("the option \"%s\" of a routine is not known", name));
}

// Whether the token begins the body of a routine. BEGIN and RETURN begin one in standard SQL.
bool begins_body(const Token &token)
{
    return token.is("AS") || token.is("BEGIN") || token.is("RETURN");
}

// Writes a text of pg_get_functiondef() without its SET clauses, and those to `clauses`. They stand together, the last
// before the body.
void divide_definition(SqlWriter &out, SqlWriter &clauses, const char *definition)
{
    Tokens tokens(definition);
    auto find = [&](int i, auto is_it) {
        while (i < tokens.count() && !is_it(tokens[i]))
            i = tokens.behind(i);
        return i;
    };
    int body = find(0, begins_body);
    int set = find(0, [](const Token &token) { return token.is("SET"); });
    if (set == 0 || set >= body)
        elog(ERROR, "no SET clause in the definition of a routine");
    const char *begin = tokens[set - 1].end, *end = tokens[body - 1].end;
    write_text(out, definition, begin);
    write_text(clauses, begin, end);
    write_without_end(out, end);
}

} // namespace

void write_routine(Script &script, Oid routine, bool replace)
{
    SqlWriter &out = script.statement();
    const char *definition = text_of(pg_get_functiondef, routine);
    // The server always writes OR REPLACE. But a function that exists only downstream must not be replaced without a
    // word.
    const char *rest = behind_beginning(definition, "CREATE OR REPLACE ");
    out.text(replace ? "CREATE OR REPLACE " : "CREATE ");
    CatalogRow<FormData_pg_proc> row(ProcedureRelationId, routine);
    // The server takes a clause about the role only where the role may change. There, the worker runs nothing that may
    // call code of users, as the constants of a default may; so the clauses come in a statement of their own.
    if (sets_role(settings_of(row))) {
        SqlWriter clauses;
        divide_definition(out, clauses, rest);
        SqlWriter &alter = script.statement();
        script.last().sets_role = true;
        write_alter(alter, routine, row->prokind);
        alter.text(clauses.c_str());
    } else
        write_without_end(out, rest);

    if (loses_digits(row->procost) || loses_digits(row->prorows)) {
        SqlWriter &alter = script.statement();
        write_alter(alter, routine, row->prokind);
        write_number(alter.text(" COST "), row->procost);
        if (row->proretset)
            write_number(alter.text(" ROWS "), row->prorows);
    }
}

void deparse_create_function(Script &script, const Command &command)
{
    write_routine(script, command.address.objectId,
                  statement_of<CreateFunctionStmt>(command, T_CreateFunctionStmt)->replace);
}

void deparse_alter_function(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_proc> row(ProcedureRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    write_alter(out, command.address.objectId, row->prokind);
    for (DefElem *action : each<DefElem>(statement_of<AlterFunctionStmt>(command, T_AlterFunctionStmt)->actions)) {
        write_action(out, row, action);
        if (strcmp(action->defname, "set") == 0 && sets_role(castNode(VariableSetStmt, action->arg)))
            script.last().sets_role = true;
    }
}

} // namespace pg_follower::deparse
