// ALTER ... [NO] DEPENDS ON EXTENSION.
#include "object_name.hpp"
#include "objects.hpp"

namespace pg_follower {

void deparse_depends(Script &script, const Command &command)
{
    auto *statement = castNode(AlterObjectDependsStmt, command.parse_tree);
    SqlWriter &out = script.statement();
    out.text("ALTER ");
    write_object(out, command.address);
    out.text(statement->remove ? " NO" : "").text(" DEPENDS ON EXTENSION ").name(strVal(statement->extname));
}

} // namespace pg_follower
