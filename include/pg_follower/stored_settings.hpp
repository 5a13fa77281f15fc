// Settings (GUCs) that the catalogs store for a routine, a role or a database.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/array.h"
}

namespace pg_follower {

// The value of a setting in an array of "name=value" (pg_proc.proconfig, pg_db_role_setting.setconfig); null where it
// is not in it, or where `settings` is null.
const char *setting_value(const ArrayType *settings, const char *name);

// The settings of a role (InvalidOid: all roles) in a database (InvalidOid: all databases); null where there are none.
const ArrayType *stored_settings(Oid database, Oid role);

} // namespace pg_follower
