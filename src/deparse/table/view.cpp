// CREATE [OR REPLACE] VIEW and CREATE and REFRESH MATERIALIZED VIEW, from the catalog.
//
// The definition that the catalog holds names each column, so no list of columns is written; RECURSIVE is resolved in
// it. The downstream fills materialized views itself, at the point in the history at which the upstream did.
#include "deparse/table/view.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/storage_options.hpp"
#include "deparse/table/tablespaces.hpp"
#include "deparse/text/definition.hpp"
#include "deparse/written.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// The query of a view.
void write_query(SqlWriter &out, Oid view)
{
    const char *query = TextDatumGetCString(DirectFunctionCall1(pg_get_viewdef, ObjectIdGetDatum(view)));
    write_without_end(out.text(" AS"), query);
}

} // namespace

void write_view(Script &script, Oid relid, bool replace)
{
    RelationScope view(relid);
    SqlWriter &out = script.statement();
    out.text(replace ? "CREATE OR REPLACE VIEW " : "CREATE VIEW ").relation_name(relid);
    write_with_options(out, view);
    write_query(out, relid);
}

void deparse_create_view(Script &script, const Command &command)
{
    write_view(script, command.address.objectId, castNode(ViewStmt, command.parse_tree)->replace);
}

void deparse_create_materialized_view(Script &script, const Command &command)
{
    if (is_written_early(command.address.objectId))
        return;
    RelationScope view(command.address.objectId);
    Oid relid = RelationGetRelid(view);
    SqlWriter &out = script.statement();
    out.text("CREATE MATERIALIZED VIEW ").relation_name(relid);
    write_with_options(out, view);
    write_query(out, relid);
    out.text(RelationIsPopulated(view) ? " WITH DATA" : " WITH NO DATA");

    if (view->rd_rel->relam != HEAP_TABLE_AM_OID)
        script.statement(RunAs::caller, Needed::if_possible)
            .text("ALTER MATERIALIZED VIEW ")
            .relation_name(relid)
            .text(" SET ACCESS METHOD ")
            .name(get_am_name(view->rd_rel->relam));
    if (OidIsValid(view->rd_rel->reltablespace))
        write_tablespace(script, "ALTER MATERIALIZED VIEW ", relid, view->rd_rel->reltablespace);
}

// CONCURRENTLY says how the view is refreshed and changes nothing of the result, so it is not written.
void deparse_refresh_materialized_view(Script &script, const Command &command)
{
    SqlWriter &out = script.statement();
    out.text("REFRESH MATERIALIZED VIEW ").relation_name(command.address.objectId);
    if (castNode(RefreshMatViewStmt, command.parse_tree)->skipData)
        out.text(" WITH NO DATA");
}

} // namespace pg_follower::deparse
