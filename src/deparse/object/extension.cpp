// Extensions: CREATE EXTENSION with the version and schema that the upstream has, ALTER EXTENSION.
//
// What an extension's script does is not sent; the downstream's own script does the same. Extensions that CASCADE
// created come before the one that needs them.
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
}

namespace pg_follower::deparse {
namespace {

using ExtensionRow = CatalogRow<FormData_pg_extension>;

// The extensions that this one requires.
List *required_extensions(Oid extension)
{
    List *result = NIL;
    for (const auto &row : CatalogScan<FormData_pg_depend>(
             DependRelationId, DependDependerIndexId,
             {{Anum_pg_depend_classid, ExtensionRelationId}, {Anum_pg_depend_objid, extension}}))
        if (row->refclassid == ExtensionRelationId)
            result = lappend_oid(result, row->refobjid);
    return result;
}

// Tells that the script's last statement runs the extension's own script, up to the version that it has now.
void note_script(Script &script, const ExtensionRow &row)
{
    script.last().extension = pstrdup(NameStr(row->extname));
    script.last().extension_version = row.string(Anum_pg_extension_extversion);
}

void write_create_extension(Script &script, const ExtensionRow &row, bool by_cascade)
{
    SqlWriter &out = script.statement();
    note_script(script, row);
    out.text(by_cascade ? "CREATE EXTENSION IF NOT EXISTS " : "CREATE EXTENSION ").name(NameStr(row->extname));
    out.text(" SCHEMA ").schema_name(row->extnamespace);
    out.text(" VERSION ").literal(row.string(Anum_pg_extension_extversion));
}

// Writes the required extensions, each after those that it requires itself. One that the downstream has already stays
// as it is.
void write_required(Script &script, Oid extension)
{
    for (Oid required : each_oid(required_extensions(extension))) {
        ExtensionRow row(ExtensionRelationId, required);
        write_required(script, required);
        write_create_extension(script, row, true);
    }
}

} // namespace

void deparse_create_extension(Script &script, const Command &command)
{
    ExtensionRow row(ExtensionRelationId, command.address.objectId);
    if (has_option(statement_of<CreateExtensionStmt>(command, T_CreateExtensionStmt)->options, "cascade"))
        write_required(script, command.address.objectId);
    write_create_extension(script, row, false);
}

void deparse_alter_extension(Script &script, const Command &command)
{
    ExtensionRow row(ExtensionRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("ALTER EXTENSION ").name(NameStr(row->extname));
    if (command.parse_tree && IsA(command.parse_tree, AlterExtensionContentsStmt)) {
        auto *statement = reinterpret_cast<AlterExtensionContentsStmt *>(command.parse_tree);
        out.text(statement->action > 0 ? " ADD " : " DROP ");
        write_object(out, command.collected->d.simple.secondaryObject);
        return;
    }
    (void)statement_of<AlterExtensionStmt>(command, T_AlterExtensionStmt);
    note_script(script, row);
    out.text(" UPDATE TO ").literal(row.string(Anum_pg_extension_extversion));
}

} // namespace pg_follower::deparse
