// CREATE INDEX, from the catalog.
#include "objects.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "utils/ruleutils.h"
}

namespace pg_follower {

void deparse_create_index(Script &script, const Command &command)
{
    // The index of a constraint is part of its table's definition, or of the ALTER TABLE that adds it.
    if (OidIsValid(get_index_constraint(command.address.objectId)))
        return;
    const char *definition = pg_get_indexdef_string(command.address.objectId);
    auto *statement = castNode(IndexStmt, command.parse_tree);
    // The server writes ONLY for every partitioned index, as a dump wants it. Where the command recursed to the
    // partitions, so must ours.
    const char *only = strstr(definition, " ON ONLY ");
    SqlWriter &out = script.statement();
    if (only && statement->relation->inh) {
        appendBinaryStringInfo(out.buffer(), definition, static_cast<int>(only - definition));
        out.text(" ON ").text(only + strlen(" ON ONLY "));
    } else
        out.text(definition);
}

} // namespace pg_follower
