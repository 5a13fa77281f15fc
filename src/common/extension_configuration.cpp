// Reads pg_extension.extconfig. See extension_configuration.hpp.
#include "pg_follower/extension_configuration.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
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

bool rows_of_extension_follow(Relation table, Oid extension, const List *skipped)
{
    if (!list_member_oid(extension_configuration(extension), RelationGetRelid(table)))
        return false;
    if (!skipped)
        return true;
    const char *extension_name = get_extension_name(extension);
    const char *name =
        psprintf("%s.%s", get_namespace_name(RelationGetNamespace(table)), RelationGetRelationName(table));
    for (const char *entry : each<char>(skipped))
        if (strcmp(entry, extension_name) == 0 || strcmp(entry, name) == 0)
            return false;
    return true;
}

} // namespace pg_follower
