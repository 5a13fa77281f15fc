// CREATE RULE and CREATE TRIGGER, from the definitions that the server writes.
#include "deparse/table/rule.hpp"
#include "deparse/objects.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace pg_follower::deparse {
namespace {

// Appends `definition`, which starts with "CREATE ", with OR REPLACE where the statement said so, and without a
// semicolon at its end.
void write_definition(SqlWriter &out, char *definition, bool replace)
{
    size_t length = strlen(definition);
    if (length > 0 && definition[length - 1] == ';')
        definition[length - 1] = '\0';
    if (strncmp(definition, "CREATE ", strlen("CREATE ")) != 0)
        elog(ERROR, "definition \"%s\" does not start with CREATE", definition);
    out.text(replace ? "CREATE OR REPLACE " : "CREATE ").text(definition + strlen("CREATE "));
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
