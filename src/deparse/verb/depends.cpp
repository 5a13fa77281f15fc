// ALTER ... [NO] DEPENDS ON EXTENSION.
#include "deparse/object/function.hpp"
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

void deparse_depends(Script &script, const Command &command)
{
    auto *statement = castNode(AlterObjectDependsStmt, command.parse_tree);
    SqlWriter &out = script.statement();
    out.text("ALTER ");
    // ALTER AGGREGATE has no such form.
    if (command.address.classId == ProcedureRelationId &&
        get_func_prokind(command.address.objectId) == PROKIND_AGGREGATE)
        write_routine_signature(out.text("ROUTINE "), command.address.objectId);
    else
        write_object(out, command.address);
    out.text(statement->remove ? " NO" : "").text(" DEPENDS ON EXTENSION ").name(strVal(statement->extname));
}

} // namespace pg_follower::deparse
