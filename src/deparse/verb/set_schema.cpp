// ALTER ... SET SCHEMA, of every kind of object. Indexes, owned sequences and row types move along with their tables;
// they do so downstream, too.
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

void deparse_set_schema(Script &script, const Command &command)
{
    const char *old_schema = nullptr;
    // An extension is in no schema; only what it holds is.
    if (object_schema(command.address) &&
        castNode(AlterObjectSchemaStmt, command.parse_tree)->objectType != OBJECT_EXTENSION)
        old_schema = get_namespace_name(command.collected->d.simple.secondaryObject.objectId);
    SqlWriter &out = script.statement();
    out.text("ALTER ");
    write_object_as(out, command.address, old_schema, object_name(command.address));
    out.text(" SET SCHEMA ").name(castNode(AlterObjectSchemaStmt, command.parse_tree)->newschema);
}

} // namespace pg_follower::deparse
