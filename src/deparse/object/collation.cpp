// CREATE COLLATION and CREATE CONVERSION, from the catalog.
//
// The version of a collation is a fact about a server's own libraries: the downstream notes its own, and ALTER
// COLLATION ... REFRESH VERSION is each side's own affair.
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/pg_conversion.h"
#include "mb/pg_wchar.h"
}

namespace pg_follower::deparse {
namespace {

const char *provider_name(char provider)
{
    switch (provider) {
    case COLLPROVIDER_LIBC:
        return "libc";
    case COLLPROVIDER_ICU:
        return "icu";
    case 'b': // versions from 17 on have it
        return "builtin";
    default:
        cannot_follow("the provider of the collation is not known");
    }
}

void write_text_option(SqlWriter &out, const char *option, const char *value)
{
    if (value)
        out.text(", ").text(option).text(" = ").literal(value);
}

} // namespace

void deparse_create_collation(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_collation> row(CollationRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE COLLATION ").collation_name(command.address.objectId);
    out.text(" (PROVIDER = ").text(provider_name(row->collprovider));
    if (!row->collisdeterministic)
        out.text(", DETERMINISTIC = false");
    if (row->collprovider == COLLPROVIDER_LIBC) {
        write_text_option(out, "LC_COLLATE", row.string(Anum_pg_collation_collcollate));
        write_text_option(out, "LC_CTYPE", row.string(Anum_pg_collation_collctype));
    } else
        write_text_option(out, "LOCALE", row.string(collation_locale_column));
    if (collation_rules_column != InvalidAttrNumber)
        write_text_option(out, "RULES", row.string(collation_rules_column));
    out.text(')');
}

void deparse_alter_collation(Script &, const Command &command)
{
    (void)statement_of<AlterCollationStmt>(command, T_AlterCollationStmt);
}

void deparse_create_conversion(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_conversion> row(ConversionRelationId, command.address.objectId);
    script.statement()
        .text(row->condefault ? "CREATE DEFAULT CONVERSION " : "CREATE CONVERSION ")
        .schema_name(row->connamespace)
        .text('.')
        .name(NameStr(row->conname))
        .text(" FOR ")
        .literal(pg_encoding_to_char(row->conforencoding))
        .text(" TO ")
        .literal(pg_encoding_to_char(row->contoencoding))
        .text(" FROM ")
        .function_name(row->conproc);
}

} // namespace pg_follower::deparse
