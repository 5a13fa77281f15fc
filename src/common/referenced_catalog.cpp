// The one table of such types. See referenced_catalog.hpp.
#include "pg_follower/referenced_catalog.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
}

namespace pg_follower {

Oid referenced_catalog(Oid type)
{
    switch (type) {
    case REGCLASSOID:
        return RelationRelationId;
    case REGPROCOID:
    case REGPROCEDUREOID:
        return ProcedureRelationId;
    case REGOPEROID:
    case REGOPERATOROID:
        return OperatorRelationId;
    case REGTYPEOID:
        return TypeRelationId;
    case REGCOLLATIONOID:
        return CollationRelationId;
    case REGNAMESPACEOID:
        return NamespaceRelationId;
    case REGCONFIGOID:
        return TSConfigRelationId;
    case REGDICTIONARYOID:
        return TSDictionaryRelationId;
    default:
        return InvalidOid;
    }
}

} // namespace pg_follower
