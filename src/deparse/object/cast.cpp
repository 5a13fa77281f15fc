// CREATE CAST and CREATE TRANSFORM, from the catalog.
#include "deparse/object/function.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_cast.h"
#include "catalog/pg_transform.h"
#include "commands/proclang.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

void deparse_create_cast(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_cast> row(CastRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("CREATE CAST (").type_name(row->castsource).text(" AS ").type_name(row->casttarget).text(") ");
    switch (row->castmethod) {
    case COERCION_METHOD_FUNCTION:
        out.text("WITH FUNCTION ");
        write_routine_signature(out, row->castfunc);
        break;
    case COERCION_METHOD_INOUT:
        out.text("WITH INOUT");
        break;
    default:
        out.text("WITHOUT FUNCTION");
        break;
    }
    if (row->castcontext == COERCION_CODE_IMPLICIT)
        out.text(" AS IMPLICIT");
    else if (row->castcontext == COERCION_CODE_ASSIGNMENT)
        out.text(" AS ASSIGNMENT");
}

void deparse_create_transform(Script &script, const Command &command)
{
    CatalogRow<FormData_pg_transform> row(TransformRelationId, command.address.objectId);
    bool replace = statement_of<CreateTransformStmt>(command, T_CreateTransformStmt)->replace;
    SqlWriter &out = script.statement();
    out.text(replace ? "CREATE OR REPLACE TRANSFORM FOR " : "CREATE TRANSFORM FOR ")
        .type_name(row->trftype)
        .text(" LANGUAGE ")
        .name(get_language_name(row->trflang, false))
        .text(" (");
    SqlWriter::Separator comma(", ");
    if (OidIsValid(row->trffromsql)) {
        out.next(comma).text("FROM SQL WITH FUNCTION ");
        write_routine_signature(out, row->trffromsql);
    }
    if (OidIsValid(row->trftosql)) {
        out.next(comma).text("TO SQL WITH FUNCTION ");
        write_routine_signature(out, row->trftosql);
    }
    out.text(')');
}

} // namespace pg_follower::deparse
