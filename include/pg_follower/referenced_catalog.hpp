// Types whose values are numbers of objects (regclass, regtype, ...).
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// The catalog that numbers of the base type `type` refer to (pg_class for regclass); InvalidOid for all other types.
// Those of roles are not among them: roles belong to no database.
Oid referenced_catalog(Oid type);

} // namespace pg_follower
