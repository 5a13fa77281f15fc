// Tells temporary types by their schemas. See temporary.hpp.
#include "pg_follower/temporary.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/syscache.h"
}

namespace pg_follower {

bool is_temporary_type(Oid type)
{
    // An array type is in the schema of its elements' type.
    while (type >= FirstNormalObjectId) {
        HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
        if (!HeapTupleIsValid(tuple))
            return false;
        auto form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
        Oid schema = form->typnamespace;
        type = form->typtype == TYPTYPE_DOMAIN ? form->typbasetype : InvalidOid;
        ReleaseSysCache(tuple);
        if (isAnyTempNamespace(schema))
            return true;
    }
    return false;
}

} // namespace pg_follower
