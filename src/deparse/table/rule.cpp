// CREATE RULE and CREATE TRIGGER, from the definitions that the server writes.
#include "deparse/table/rule.hpp"
#include "deparse/objects.hpp"
#include "deparse/text/definition.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace pg_follower::deparse {
namespace {

// Appends the definition, with OR REPLACE where the statement said so.
void write_definition(SqlWriter &out, const char *definition, bool replace)
{
    const char *rest = behind_beginning(definition, "CREATE ");
    write_without_end(out.text(replace ? "CREATE OR REPLACE " : "CREATE "), rest);
}

} // namespace

void write_rule(Script &script, Oid rule, bool replace)
{
    Datum definition = DirectFunctionCall1(pg_get_ruledef, ObjectIdGetDatum(rule));
    write_definition(script.statement(), TextDatumGetCString(definition), replace);
}

void deparse_create_rule(Script &script, const Command &command)
{
    write_rule(script, command.address.objectId, castNode(RuleStmt, command.parse_tree)->replace);
}

// The partitions' clones of a trigger come by themselves.
void deparse_create_trigger(Script &script, const Command &command)
{
    // Not pretty-printed, so that all names are qualified.
    Datum definition =
        DirectFunctionCall2(pg_get_triggerdef_ext, ObjectIdGetDatum(command.address.objectId), BoolGetDatum(false));
    write_definition(script.statement(), TextDatumGetCString(definition),
                     castNode(CreateTrigStmt, command.parse_tree)->replace);
}

} // namespace pg_follower::deparse
