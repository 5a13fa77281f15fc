// Publications, from the catalog.
//
// ALTER PUBLICATION ... ADD or SET comes as a command for each member that is new; the members that DROP or SET take
// away come as dropped objects. ONLY stands everywhere, since children are members of their own.
#include "deparse/object/publication.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/stored_expression.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_publication_namespace.h"
#include "catalog/pg_publication_rel.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower::deparse {
namespace {

using PublicationRow = CatalogRow<FormData_pg_publication>;

void write_publication_name(SqlWriter &out, Oid publication)
{
    out.name(get_publication_name(publication, false));
}

// TABLE ONLY table (column, ...) WHERE (filter), of a row of pg_publication_rel.
void write_table_member(SqlWriter &out, HeapTuple tuple, int cache)
{
    Oid relid = reinterpret_cast<Form_pg_publication_rel>(GETSTRUCT(tuple))->prrelid;
    out.text("TABLE ONLY ").relation_name(relid);
    bool is_null;
    Datum columns = SysCacheGetAttr(cache, tuple, Anum_pg_publication_rel_prattrs, &is_null);
    if (!is_null) {
        auto *numbers = reinterpret_cast<int2vector *>(DatumGetPointer(columns));
        SqlWriter::Separator comma(", ");
        out.text(" (");
        for (int i = 0; i < numbers->dim1; ++i)
            out.next(comma).name(get_attname(relid, numbers->values[i], false));
        out.text(')');
    }
    Datum filter = SysCacheGetAttr(cache, tuple, Anum_pg_publication_rel_prqual, &is_null);
    if (!is_null) {
        out.text(" WHERE (");
        write_stored_expression(out, relid, TextDatumGetCString(filter));
        out.text(')');
    }
}

void write_publication_options(SqlWriter &out, const PublicationRow &row)
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
    out.text("', publish_via_partition_root = ").text(row->pubviaroot ? "true)" : "false)");
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

// Calls take(publication) for each that publishes deletes.
template <typename Take> void for_each_of_deletes(Take take)
{
    Relation catalog = table_open(PublicationRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_publication>(GETSTRUCT(tuple));
        if (form->pubdelete)
            take(form->oid);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

} // namespace

void stop_published_deletes(Script &script)
{
    for_each_of_deletes([&](Oid publication) {
        SqlWriter &out = script.statement(RunAs::applier);
        write_publication_name(out.text("ALTER PUBLICATION "), publication);
        out.text(" SET (publish = 'insert')");
    });
}

void restore_published_deletes(Script &script)
{
    for_each_of_deletes([&](Oid publication) {
        SqlWriter &out = script.statement(RunAs::applier);
        write_publication_name(out.text("ALTER PUBLICATION "), publication);
        write_publication_options(out.text(" SET "), PublicationRow(PublicationRelationId, publication));
    });
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
            HeapTuple tuple =
                SearchSysCache2(PUBLICATIONRELMAP, ObjectIdGetDatum(relid), ObjectIdGetDatum(publication));
            if (!HeapTupleIsValid(tuple))
                elog(ERROR, "cache lookup failed for relation %u in publication %u", relid, publication);
            out.text(comma.first ? " FOR " : "").next(comma);
            write_table_member(out, tuple, PUBLICATIONRELMAP);
            ReleaseSysCache(tuple);
        }
        for (Oid schema : each_oid(GetPublicationSchemas(publication))) {
            out.text(comma.first ? " FOR " : "").next(comma);
            out.text("TABLES IN SCHEMA ").schema_name(schema);
        }
    }
    out.text(" WITH ");
    write_publication_options(out, row);
}

void deparse_alter_publication(Script &script, const Command &command)
{
    if (command.address.classId == PublicationRelRelationId) {
        HeapTuple tuple = SearchSysCache1(PUBLICATIONREL, ObjectIdGetDatum(command.address.objectId));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for publication table %u", command.address.objectId);
        write_table_member(add_member(script, reinterpret_cast<Form_pg_publication_rel>(GETSTRUCT(tuple))->prpubid),
                           tuple, PUBLICATIONREL);
        ReleaseSysCache(tuple);
    } else if (command.address.classId == PublicationNamespaceRelationId) {
        HeapTuple tuple = SearchSysCache1(PUBLICATIONNAMESPACE, ObjectIdGetDatum(command.address.objectId));
        if (!HeapTupleIsValid(tuple))
            elog(ERROR, "cache lookup failed for publication schema %u", command.address.objectId);
        auto form = reinterpret_cast<Form_pg_publication_namespace>(GETSTRUCT(tuple));
        add_member(script, form->pnpubid).text("TABLES IN SCHEMA ").schema_name(form->pnnspid);
        ReleaseSysCache(tuple);
    } else {
        PublicationRow row(PublicationRelationId, command.address.objectId);
        SqlWriter &out = script.statement();
        out.text("ALTER PUBLICATION ").name(NameStr(row->pubname)).text(" SET ");
        write_publication_options(out, row);
    }
}

} // namespace pg_follower::deparse
