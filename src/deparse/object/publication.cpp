// Publications, from the catalog.
//
// ALTER PUBLICATION ... ADD or SET comes as a command for each member that is new; the members that DROP or SET take
// away come as dropped objects. ONLY stands everywhere, since children are members of their own.
#include "deparse/object/publication.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/stored_expression.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

using PublicationRow = CatalogRow<FormData_pg_publication>;

void write_publication_name(SqlWriter &out, Oid publication)
{
    out.name(get_publication_name(publication, false));
}

// TABLE ONLY table (column, ...) WHERE (filter).
void write_table_member(SqlWriter &out, const SyscacheRow<FormData_pg_publication_rel> &row)
{
    Oid relid = row->prrelid;
    out.text("TABLE ONLY ").relation_name(relid);
    bool is_null;
    Datum columns = row.datum(Anum_pg_publication_rel_prattrs, is_null);
    if (!is_null) {
        auto *numbers = reinterpret_cast<int2vector *>(DatumGetPointer(columns));
        SqlWriter::Separator comma(", ");
        out.text(" (");
        for (int i = 0; i < numbers->dim1; ++i)
            out.next(comma).name(get_attname(relid, numbers->values[i], false));
        out.text(')');
    }
    if (const char *filter = row.string(Anum_pg_publication_rel_prqual)) {
        out.text(" WHERE (");
        write_stored_expression(out, relid, filter);
        out.text(')');
    }
}

// Which generated columns are published is written only where it is to be, for versions that do not know the option.
void write_publication_options(SqlWriter &out, const PublicationRow &row, bool with_generated_columns)
{
    out.text("(publish = '");
    SqlWriter::Separator comma(", ");
    if (row->pubinsert)
        out.next(comma).text("insert");
    if (row->pubupdate)
        out.next(comma).text("update");
    if (row->pubdelete)
        out.next(comma).text("delete");
    if (row->pubtruncate)
        out.next(comma).text("truncate");
    out.text("', publish_via_partition_root = ").text(row->pubviaroot ? "true" : "false");
    if (with_generated_columns)
        out.text(", publish_generated_columns = ").text(publishes_generated_columns(*row) ? "stored" : "none");
    out.text(')');
}

// Begins a statement ALTER PUBLICATION name ADD.
SqlWriter &add_member(Script &script, Oid publication)
{
    SqlWriter &out = script.statement();
    out.text("ALTER PUBLICATION ");
    write_publication_name(out, publication);
    out.text(" ADD ");
    return out;
}

// The publications that publish deletes, as a list of OIDs.
List *publications_of_deletes()
{
    List *result = NIL;
    for (const auto &row : CatalogScan<FormData_pg_publication>(PublicationRelationId, InvalidOid, {}))
        if (row->pubdelete)
            result = lappend_oid(result, row->oid);
    return result;
}

} // namespace

void stop_published_deletes(Script &script)
{
    for (Oid publication : each_oid(publications_of_deletes())) {
        SqlWriter &out = script.statement(RunAs::applier);
        write_publication_name(out.text("ALTER PUBLICATION "), publication);
        out.text(" SET (publish = 'insert')");
    }
}

void restore_published_deletes(Script &script)
{
    for (Oid publication : each_oid(publications_of_deletes())) {
        SqlWriter &out = script.statement(RunAs::applier);
        write_publication_name(out.text("ALTER PUBLICATION "), publication);
        write_publication_options(out.text(" SET "), PublicationRow(PublicationRelationId, publication), false);
    }
}

void deparse_create_publication(Script &script, const Command &command)
{
    Oid publication = command.address.objectId;
    PublicationRow row(PublicationRelationId, publication);
    SqlWriter &out = script.statement();
    out.text("CREATE PUBLICATION ").name(NameStr(row->pubname));
    SqlWriter::Separator comma(", ");
    if (row->puballtables)
        out.text(" FOR ALL TABLES");
    else {
        for (Oid relid : each_oid(GetPublicationRelations(publication, PUBLICATION_PART_ROOT))) {
            SyscacheRow<FormData_pg_publication_rel> member(PUBLICATIONRELMAP, ObjectIdGetDatum(relid),
                                                            ObjectIdGetDatum(publication));
            if (!member)
                elog(ERROR, "cache lookup failed for relation %u in publication %u", relid, publication);
            out.text(comma.first ? " FOR " : "").next(comma);
            write_table_member(out, member);
        }
        for (Oid schema : each_oid(GetPublicationSchemas(publication))) {
            out.text(comma.first ? " FOR " : "").next(comma);
            out.text("TABLES IN SCHEMA ").schema_name(schema);
        }
    }
    out.text(" WITH ");
    write_publication_options(out, row, publishes_generated_columns(*row));
}

void deparse_alter_publication(Script &script, const Command &command)
{
    if (command.address.classId == PublicationRelRelationId) {
        SyscacheRow<FormData_pg_publication_rel> row(PUBLICATIONREL, command.address.objectId, "publication table");
        write_table_member(add_member(script, row->prpubid), row);
    } else if (command.address.classId == PublicationNamespaceRelationId) {
        SyscacheRow<FormData_pg_publication_namespace> row(PUBLICATIONNAMESPACE, command.address.objectId,
                                                           "publication schema");
        add_member(script, row->pnpubid).text("TABLES IN SCHEMA ").schema_name(row->pnnspid);
    } else {
        PublicationRow row(PublicationRelationId, command.address.objectId);
        SqlWriter &out = script.statement();
        out.text("ALTER PUBLICATION ").name(NameStr(row->pubname)).text(" SET ");
        write_publication_options(
            out, row,
            has_option(statement_of<AlterPublicationStmt>(command, T_AlterPublicationStmt)->options,
                       "publish_generated_columns"));
    }
}

} // namespace pg_follower::deparse
