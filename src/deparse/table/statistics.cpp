// CREATE STATISTICS and ALTER STATISTICS ... SET STATISTICS.
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"
#include "pg_follower/compat.hpp"

extern "C" {
#include "utils/ruleutils.h"
}

namespace pg_follower::deparse {

void deparse_create_statistics(Script &script, const Command &command)
{
    script.statement().text(pg_get_statisticsobjdef_string(command.address.objectId));
    // LIKE ... INCLUDING COMMENTS makes the comment without a command.
    write_object_comment(script, command.address, castNode(CreateStatsStmt, command.parse_tree)->stxcomment);
}

void deparse_alter_statistics(Script &script, const Command &command)
{
    SqlWriter &out = script.statement();
    out.text("ALTER ");
    write_object(out, command.address);
    out.text(" SET STATISTICS ").number(statistics_target(castNode(AlterStatsStmt, command.parse_tree)));
}

} // namespace pg_follower::deparse
