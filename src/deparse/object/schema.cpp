// CREATE SCHEMA. Its elements are commands of their own.
#include "deparse/objects.hpp"

extern "C" {
#include "catalog/pg_namespace.h"
#include "utils/syscache.h"
}

namespace pg_follower::deparse {

void deparse_create_schema(Script &script, const Command &command)
{
    HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(command.address.objectId));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for schema %u", command.address.objectId);
    auto form = reinterpret_cast<Form_pg_namespace>(GETSTRUCT(tuple));
    // Whoever may create a schema for another role is not that role: run it as the caller, as upstream.
    script.statement()
        .text("CREATE SCHEMA ")
        .name(NameStr(form->nspname))
        .text(" AUTHORIZATION ")
        .role_name(form->nspowner);
    ReleaseSysCache(tuple);
}

} // namespace pg_follower::deparse
