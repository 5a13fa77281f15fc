// Domains: CREATE DOMAIN from the catalog, ALTER DOMAIN from the statement's kind and the catalog.
#include "deparse/dead_rows.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/not_null.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_follower::deparse {
namespace {

using TypeRow = CatalogRow<FormData_pg_type>;

// The default as SQL text, or null where there is none.
const char *domain_default(const TypeRow &row)
{
    const char *expression = row.string(Anum_pg_type_typdefaultbin);
    if (!expression)
        return nullptr;
    return deparse_expression(static_cast<Node *>(stringToNode(expression)), NIL, false, false);
}

// Whether a domain over this type has a default unless it says otherwise.
bool has_default(Oid type)
{
    TypeRow row(TypeRelationId, type);
    return row.string(Anum_pg_type_typdefault) || row.string(Anum_pg_type_typdefaultbin);
}

void write_domain_constraint(SqlWriter &out, Oid constraint)
{
    CatalogRow<FormData_pg_constraint> row(ConstraintRelationId, constraint);
    out.text("CONSTRAINT ")
        .name(NameStr(row->conname))
        .text(' ')
        .text(TextDatumGetCString(DirectFunctionCall1(pg_get_constraintdef, ObjectIdGetDatum(constraint))));
}

bool is_not_null(Oid constraint)
{
    return CatalogRow<FormData_pg_constraint>(ConstraintRelationId, constraint)->contype == not_null_constraint_type;
}

void write_added_constraint(SqlWriter &out, Oid constraint)
{
    SqlWriter add;
    write_domain_constraint(add.text(" ADD "), constraint);
    if (is_not_null(constraint))
        out.since(17, add.c_str(), " SET NOT NULL");
    else
        out.text(add.c_str());
}

// Whether the constraint that the statement dropped was NOT NULL, which is a constraint from version 17 on.
bool dropped_not_null(Oid domain, const AlterDomainStmt &statement)
{
    if (statement.missing_ok)
        return false;
    DeadRows<FormData_pg_constraint> rows(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                                          {{Anum_pg_constraint_conrelid, InvalidOid},
                                           {Anum_pg_constraint_contypid, domain},
                                           {Anum_pg_constraint_conname, statement.name}});
    auto row = rows.newest();
    return row && row->contype == not_null_constraint_type;
}

void write_dropped_constraint(SqlWriter &out, Oid domain, const AlterDomainStmt &statement)
{
    SqlWriter drop;
    drop.text(" DROP CONSTRAINT IF EXISTS ").name(statement.name);
    if (dropped_not_null(domain, statement))
        out.since(17, drop.c_str(), " DROP NOT NULL");
    else
        out.text(drop.c_str());
}

// Writes the checks, in the order of their names.
void write_domain_checks(SqlWriter &out, Oid domain)
{
    for (const auto &row : CatalogScan<FormData_pg_constraint>(ConstraintRelationId, ConstraintTypidIndexId,
                                                               {{Anum_pg_constraint_contypid, domain}}))
        if (row->contype == CONSTRAINT_CHECK) {
            out.text(' ');
            write_domain_constraint(out, row->oid);
        }
}

} // namespace

void deparse_create_domain(Script &script, const Command &command)
{
    Oid domain = command.address.objectId;
    TypeRow row(TypeRelationId, domain);
    SqlWriter &out = script.statement();
    out.text("CREATE DOMAIN ").type_name(domain).text(" AS ").type_name(row->typbasetype, row->typtypmod);
    if (OidIsValid(row->typcollation) && row->typcollation != get_typcollation(row->typbasetype))
        out.text(" COLLATE ").collation_name(row->typcollation);
    if (const char *value = domain_default(row))
        out.text(" DEFAULT ").text(value);
    else if (!row.string(Anum_pg_type_typdefault) && has_default(row->typbasetype))
        out.text(" DEFAULT NULL");
    if (row->typnotnull)
        write_domain_not_null(out, domain);
    write_domain_checks(out, domain);
}

void deparse_alter_domain(Script &script, const Command &command)
{
    Oid domain = command.address.objectId;
    TypeRow row(TypeRelationId, domain);
    auto *statement = statement_of<AlterDomainStmt>(command, T_AlterDomainStmt);
    SqlWriter &out = script.statement();
    out.text("ALTER DOMAIN ").type_name(domain);
    switch (statement->subtype) {
    case 'T':
        if (const char *value = domain_default(row))
            out.text(" SET DEFAULT ").text(value);
        else
            out.text(" DROP DEFAULT");
        break;
    case 'N':
        out.text(" DROP NOT NULL");
        break;
    case 'O':
        out.text(" SET NOT NULL");
        break;
    case 'C':
        // NOT NULL, from version 17 on, of a domain that was so before makes no constraint.
        if (Oid constraint = command.collected->d.simple.secondaryObject.objectId;
            !OidIsValid(constraint) || is_plain_not_null(constraint))
            out.text(" SET NOT NULL");
        else
            write_added_constraint(out, constraint);
        break;
    case 'X':
        write_dropped_constraint(out, domain, *statement);
        break;
    case 'V':
        out.text(" VALIDATE CONSTRAINT ").name(statement->name);
        break;
    default:
        cannot_follow("the form of ALTER DOMAIN is not known");
    }
}

} // namespace pg_follower::deparse
