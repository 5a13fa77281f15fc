// Operator classes and families: their members from the collected command, the rest from the catalog.
//
// CREATE OPERATOR CLASS without FAMILY makes a family of its own; the server collects that as a command before it.
#include "deparse/object/function.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/amapi.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "commands/defrem.h"
}

namespace pg_follower::deparse {
namespace {

using OperatorClassRow = CatalogRow<FormData_pg_opclass>;
using FamilyRow = CatalogRow<FormData_pg_opfamily>;

void write_family_name(SqlWriter &out, Oid family)
{
    FamilyRow row(OperatorFamilyRelationId, family);
    out.schema_name(row->opfnamespace).text('.').name(NameStr(row->opfname));
}

void write_types(SqlWriter &out, Oid left, Oid right)
{
    out.text('(').type_or_none(left).text(", ").type_or_none(right).text(')');
}

void write_operator_member(SqlWriter &out, const OpFamilyMember *member)
{
    CatalogRow<FormData_pg_operator> row(OperatorRelationId, member->object);
    out.text("OPERATOR ").number(member->number).text(' ').operator_name(member->object);
    write_types(out, row->oprleft, row->oprright);
    if (OidIsValid(member->sortfamily)) {
        out.text(" FOR ORDER BY ");
        write_family_name(out, member->sortfamily);
    }
}

void write_function_member(SqlWriter &out, const OpFamilyMember *member)
{
    out.text("FUNCTION ").number(member->number).text(' ');
    write_types(out, member->lefttype, member->righttype);
    out.text(' ');
    write_routine_signature(out, member->object);
}

void write_members(SqlWriter &out, SqlWriter::Separator &comma, const List *operators, const List *functions)
{
    for (OpFamilyMember *member : each<OpFamilyMember>(operators)) {
        out.next(comma);
        write_operator_member(out, member);
    }
    for (OpFamilyMember *member : each<OpFamilyMember>(functions)) {
        out.next(comma);
        write_function_member(out, member);
    }
}

// OPERATOR 1 (left, right), as DROP takes it.
void write_slots(SqlWriter &out, SqlWriter::Separator &comma, const char *kind, const List *members)
{
    for (OpFamilyMember *member : each<OpFamilyMember>(members)) {
        out.next(comma).text(kind).text(' ').number(member->number).text(' ');
        write_types(out, member->lefttype, member->righttype);
    }
}

} // namespace

void deparse_create_operator_class(Script &script, const Command &command)
{
    OperatorClassRow row(OperatorClassRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE OPERATOR CLASS ").schema_name(row->opcnamespace).text('.').name(NameStr(row->opcname));
    if (row->opcdefault)
        out.text(" DEFAULT");
    out.text(" FOR TYPE ").type_name(row->opcintype).text(" USING ").name(get_am_name(row->opcmethod));
    out.text(" FAMILY ");
    write_family_name(out, row->opcfamily);
    out.text(" AS ");

    SqlWriter::Separator comma(", ");
    write_members(out, comma, command.collected->d.createopc.operators, command.collected->d.createopc.procedures);
    // The list must hold something; the type itself, as storage type, is what a class has anyway.
    if (OidIsValid(row->opckeytype) || comma.first)
        out.next(comma).text("STORAGE ").type_name(OidIsValid(row->opckeytype) ? row->opckeytype : row->opcintype);
}

void deparse_create_operator_family(Script &script, const Command &command)
{
    FamilyRow row(OperatorFamilyRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE OPERATOR FAMILY ");
    write_family_name(out, command.address.objectId);
    out.text(" USING ").name(get_am_name(row->opfmethod));
}

void deparse_alter_operator_family(Script &script, const Command &command)
{
    FamilyRow row(OperatorFamilyRelationId, command.address.objectId);
    const List *operators = command.collected->d.opfam.operators;
    const List *functions = command.collected->d.opfam.procedures;
    SqlWriter &out = script.statement();
    out.text("ALTER OPERATOR FAMILY ");
    write_family_name(out, command.address.objectId);
    out.text(" USING ").name(get_am_name(row->opfmethod));

    SqlWriter::Separator comma(", ");
    if (statement_of<AlterOpFamilyStmt>(command, T_AlterOpFamilyStmt)->isDrop) {
        out.text(" DROP ");
        write_slots(out, comma, "OPERATOR", operators);
        write_slots(out, comma, "FUNCTION", functions);
    } else {
        out.text(" ADD ");
        write_members(out, comma, operators, functions);
    }
}

} // namespace pg_follower::deparse
