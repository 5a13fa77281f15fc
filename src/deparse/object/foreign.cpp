// Foreign-data wrappers, servers and user mappings, and what is foreign about foreign tables.
//
// User mappings hold passwords, which whoever reads the upstream's WAL could read, so they follow only where the
// setting pg_follower.user_mappings allows it.
#include "deparse/objects.hpp"
#include "deparse/table/foreign_options.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/settings.hpp"

extern "C" {
#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "utils/syscache.h"
}

namespace pg_follower::deparse {

namespace {

// HANDLER function or NO HANDLER.
void write_wrapper_function(SqlWriter &out, const char *keyword, Oid function)
{
    if (OidIsValid(function))
        out.text(' ').text(keyword).text(' ').function_name(function);
    else
        out.text(" NO ").text(keyword);
}

template <typename Form> void write_options_of(SqlWriter &out, const CatalogRow<Form> &row, AttrNumber column)
{
    bool is_null;
    Datum options = row.datum(column, is_null);
    if (!is_null)
        write_foreign_options(out, options);
}

void refuse_user_mapping()
{
    if (!settings.user_mappings)
        cannot_follow("user mappings hold passwords, and pg_follower.user_mappings is off");
}

// FOR user SERVER server
void write_mapping(SqlWriter &out, const CatalogRow<FormData_pg_user_mapping> &row)
{
    out.text("FOR ").role_name(row->umuser).text(" SERVER ").name(GetForeignServer(row->umserver)->servername);
}

} // namespace

void deparse_create_foreign_data_wrapper(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_foreign_data_wrapper> row(ForeignDataWrapperRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE FOREIGN DATA WRAPPER ").name(NameStr(row->fdwname));
    if (OidIsValid(row->fdwhandler))
        write_wrapper_function(out, "HANDLER", row->fdwhandler);
    if (OidIsValid(row->fdwvalidator))
        write_wrapper_function(out, "VALIDATOR", row->fdwvalidator);
    write_options_of(out, row, Anum_pg_foreign_data_wrapper_fdwoptions);
}

void deparse_alter_foreign_data_wrapper(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_foreign_data_wrapper> row(ForeignDataWrapperRelationId, command.address.objectId);
    auto *statement = statement_of<AlterFdwStmt>(command, T_AlterFdwStmt);
    SqlWriter &out = script.statement();
    out.text("ALTER FOREIGN DATA WRAPPER ").name(NameStr(row->fdwname));
    for (DefElem *option : each<DefElem>(statement->func_options)) {
        if (strcmp(option->defname, "handler") == 0)
            write_wrapper_function(out, "HANDLER", row->fdwhandler);
        else
            write_wrapper_function(out, "VALIDATOR", row->fdwvalidator);
    }
    if (statement->options)
        write_foreign_option_changes(out.text(' '), statement->options);
}

void deparse_create_server(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_foreign_server> row(ForeignServerRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    script.last().holds_secret = true;
    out.text("CREATE SERVER ").name(NameStr(row->srvname));
    if (const char *type = row.string(Anum_pg_foreign_server_srvtype))
        out.text(" TYPE ").literal(type);
    if (const char *version = row.string(Anum_pg_foreign_server_srvversion))
        out.text(" VERSION ").literal(version);
    out.text(" FOREIGN DATA WRAPPER ").name(GetForeignDataWrapper(row->srvfdw)->fdwname);
    write_options_of(out, row, Anum_pg_foreign_server_srvoptions);
}

void deparse_alter_server(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_foreign_server> row(ForeignServerRelationId, command.address.objectId);
    auto *statement = statement_of<AlterForeignServerStmt>(command, T_AlterForeignServerStmt);
    SqlWriter &out = script.statement();
    script.last().holds_secret = true;
    out.text("ALTER SERVER ").name(NameStr(row->srvname));
    if (statement->has_version)
        out.text(" VERSION ").literal_or_null(statement->version);
    if (statement->options)
        write_foreign_option_changes(out.text(' '), statement->options);
}

void deparse_create_user_mapping(Script &script, const Command &command)
{
    refuse_user_mapping();
    CatalogRow<FormData_pg_user_mapping> row(UserMappingRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    script.last().holds_secret = true;
    out.text("CREATE USER MAPPING ");
    write_mapping(out, row);
    write_options_of(out, row, Anum_pg_user_mapping_umoptions);
}

void deparse_alter_user_mapping(Script &script, const Command &command)
{
    refuse_user_mapping();
    CatalogRow<FormData_pg_user_mapping> row(UserMappingRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    script.last().holds_secret = true;
    out.text("ALTER USER MAPPING ");
    write_mapping(out, row);
    write_foreign_option_changes(out.text(' '),
                                 statement_of<AlterUserMappingStmt>(command, T_AlterUserMappingStmt)->options);
}

} // namespace pg_follower::deparse
