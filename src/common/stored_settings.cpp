// Reads stored settings. See stored_settings.hpp.
#include "pg_follower/stored_settings.hpp"

#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_type.h"
}

namespace pg_follower {

const char *setting_value(const ArrayType *settings, const char *name)
{
    if (!settings)
        return nullptr;
    Datum *elements;
    int count;
    deconstruct_array(const_cast<ArrayType *>(settings), TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
    size_t length = strlen(name);
    for (int i = 0; i < count; ++i) {
        const char *setting = TextDatumGetCString(elements[i]);
        if (pg_strncasecmp(setting, name, length) == 0 && setting[length] == '=')
            return setting + length + 1;
    }
    return nullptr;
}

const ArrayType *stored_settings(Oid database, Oid role)
{
    for (const auto &row : CatalogScan<FormData_pg_db_role_setting>(
             DbRoleSettingRelationId, DbRoleSettingDatidRolidIndexId,
             {{Anum_pg_db_role_setting_setdatabase, database}, {Anum_pg_db_role_setting_setrole, role}})) {
        bool is_null;
        Datum value = row.datum(Anum_pg_db_role_setting_setconfig, is_null);
        return is_null ? nullptr : DatumGetArrayTypePCopy(value);
    }
    return nullptr;
}

} // namespace pg_follower
