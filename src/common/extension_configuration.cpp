// Reads pg_extension.extconfig. See extension_configuration.hpp.
#include "pg_follower/extension_configuration.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_extension.h"
#include "utils/array.h"
}

namespace pg_follower {

List *extension_configuration(Oid extension)
{
    List *result = NIL;
    for (const auto &row : CatalogScan<FormData_pg_extension>(ExtensionRelationId, ExtensionOidIndexId,
                                                              {{Anum_pg_extension_oid, extension}})) {
        bool is_null;
        Datum value = row.datum(Anum_pg_extension_extconfig, is_null);
        if (is_null)
            continue;
        ArrayType *array = DatumGetArrayTypeP(value);
        const Oid *relids = reinterpret_cast<const Oid *>(ARR_DATA_PTR(array));
        int count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
        for (int i = 0; i < count; ++i)
            result = lappend_oid(result, relids[i]);
    }
    return result;
}

} // namespace pg_follower
