// Tells temporary types by their schemas. See temporary.hpp.
#include "pg_follower/temporary.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
}

namespace pg_follower {

bool is_temporary_type(Oid type)
{
    // An array type is in the schema of its elements' type.
    while (type >= FirstNormalObjectId) {
        SyscacheRow<FormData_pg_type> row(TYPEOID, ObjectIdGetDatum(type));
        if (!row)
            return false;
        if (isAnyTempNamespace(row->typnamespace))
            return true;
        type = row->typtype == TYPTYPE_DOMAIN ? row->typbasetype : InvalidOid;
    }
    return false;
}

} // namespace pg_follower
