// Operators: CREATE OPERATOR from the catalog, and the properties that ALTER OPERATOR sets.
//
// A commutator or negator that does not exist yet is a shell, upstream as downstream, until its own command comes.
#include "deparse/object/function.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_operator.h"
}

namespace pg_follower::deparse {
namespace {

using OperatorRow = CatalogRow<FormData_pg_operator>;

void write_operator_option(SqlWriter &out, SqlWriter::Separator &comma, const char *option, Oid operator_oid)
{
    if (OidIsValid(operator_oid))
        out.next(comma).text(option).text(" = OPERATOR(").operator_name(operator_oid).text(')');
}

} // namespace

void deparse_create_operator(Script &script, const Command &command)
{
    OperatorRow row(OperatorRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    SqlWriter::Separator comma(", ");
    out.text("CREATE OPERATOR ").operator_name(command.address.objectId).text(" (");
    out.next(comma).text("FUNCTION = ").function_name(row->oprcode);
    if (OidIsValid(row->oprleft))
        out.next(comma).text("LEFTARG = ").type_name(row->oprleft);
    if (OidIsValid(row->oprright))
        out.next(comma).text("RIGHTARG = ").type_name(row->oprright);
    write_operator_option(out, comma, "COMMUTATOR", row->oprcom);
    write_operator_option(out, comma, "NEGATOR", row->oprnegate);
    write_function_option(out, comma, "RESTRICT", row->oprrest);
    write_function_option(out, comma, "JOIN", row->oprjoin);
    if (row->oprcanhash)
        out.next(comma).text("HASHES");
    if (row->oprcanmerge)
        out.next(comma).text("MERGES");
    out.text(')');
}

void deparse_alter_operator(Script &script, const Command &command)
{
    OperatorRow row(OperatorRelationId, command.address.objectId);
    auto *statement = statement_of<AlterOperatorStmt>(command, T_AlterOperatorStmt);
    SqlWriter &out = script.statement();
    out.text("ALTER OPERATOR ").operator_name(command.address.objectId);
    out.text(" (").type_or_none(row->oprleft).text(", ").type_or_none(row->oprright).text(") SET (");

    struct Property {
        const char *name;
        Oid function;
    } properties[] = {{"restrict", row->oprrest}, {"join", row->oprjoin}};
    SqlWriter::Separator comma(", ");
    for (DefElem *option : each<DefElem>(statement->options)) {
        const char *name = option->defname;
        for (const Property &property : properties)
            if (strcmp(name, property.name) == 0)
                out.next(comma).text(name).text(" = ").function_or_none(property.function);
        // Versions from 17 on have these; they can be set, but not unset.
        if (strcmp(name, "commutator") == 0)
            write_operator_option(out, comma, name, row->oprcom);
        else if (strcmp(name, "negator") == 0)
            write_operator_option(out, comma, name, row->oprnegate);
        else if (strcmp(name, "hashes") == 0)
            out.next(comma).text(name).text(row->oprcanhash ? " = true" : " = false");
        else if (strcmp(name, "merges") == 0)
            out.next(comma).text(name).text(row->oprcanmerge ? " = true" : " = false");
    }
    out.text(')');
}

} // namespace pg_follower::deparse
