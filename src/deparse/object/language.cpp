// CREATE LANGUAGE and CREATE ACCESS METHOD, from the catalog.
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_language.h"
}

namespace pg_follower::deparse {

void deparse_create_language(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_language> row(LanguageRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text(statement_of<CreatePLangStmt>(command, T_CreatePLangStmt)->replace ? "CREATE OR REPLACE " : "CREATE ");
    if (row->lanpltrusted)
        out.text("TRUSTED ");
    out.text("LANGUAGE ").name(NameStr(row->lanname)).text(" HANDLER ").function_name(row->lanplcallfoid);
    if (OidIsValid(row->laninline))
        out.text(" INLINE ").function_name(row->laninline);
    if (OidIsValid(row->lanvalidator))
        out.text(" VALIDATOR ").function_name(row->lanvalidator);
}

void deparse_create_access_method(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_am> row(AccessMethodRelationId, command.address.objectId);
    script.statement()
        .text("CREATE ACCESS METHOD ")
        .name(NameStr(row->amname))
        .text(row->amtype == AMTYPE_TABLE ? " TYPE TABLE HANDLER " : " TYPE INDEX HANDLER ")
        .function_name(row->amhandler);
}

} // namespace pg_follower::deparse
