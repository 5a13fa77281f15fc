// See internal_relation.hpp.
#include "apply/state/internal_relation.hpp"

#include "pg_follower/names.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::apply {

Oid internal_relation(const char *name)
{
    Oid schema = get_namespace_oid(internal_schema, false);
    Oid relation = get_relname_relid(name, schema);
    if (!OidIsValid(relation))
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"%s.%s\" does not exist", internal_schema, name)));
    return relation;
}

} // namespace pg_follower::apply
