// CREATE SCHEMA. Its elements are commands of their own.
#include "deparse/objects.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_namespace.h"
}

namespace pg_follower::deparse {

void deparse_create_schema(Script &script, const Command &command)
{
    SyscacheRow<FormData_pg_namespace> row(NAMESPACEOID, command.address.objectId, "schema");
    // Whoever may create a schema for another role is not that role: run it as the caller, as upstream.
    script.statement()
        .text("CREATE SCHEMA ")
        .name(NameStr(row->nspname))
        .text(" AUTHORIZATION ")
        .role_name(row->nspowner);
}

} // namespace pg_follower::deparse
