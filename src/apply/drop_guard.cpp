// Keeps the extension while its database follows: without the follow's row nobody would drop its slot, and the upstream
// would keep WAL for it until its disk is full.
//
// The table of follows tells, just before it goes, whatever statement drops it: DROP EXTENSION, a schema with CASCADE,
// DROP OWNED. Assumes that the library is loaded by then, which an event trigger sees to (pg_follower.ddl_command_start).
#include "drop_guard.hpp"

#include "pg_follower/names.hpp"
#include "state.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
}

namespace pg_follower {
namespace {

object_access_hook_type next_object_access;

void refuse_while_following(Oid table)
{
    const char *follow = some_follow_name(table);
    if (!follow)
        return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                    errmsg("cannot drop extension \"%s\" while this database follows another", extension_name),
                    errdetail("Follow \"%s\" has a replication slot on its upstream, which would be left behind and "
                              "keep WAL there.",
                              follow),
                    errhint("Call drop_follow('%s') first, with force => true if the upstream is gone.", follow)));
}

void object_access(ObjectAccessType access, Oid catalog, Oid object, int column, void *argument)
{
    if (next_object_access)
        next_object_access(access, catalog, object, column, argument);
    if (access != OAT_DROP || catalog != RelationRelationId || column != 0)
        return;
    const char *name = get_rel_name(object);
    if (name && strcmp(name, "follow") == 0 &&
        get_rel_namespace(object) == get_namespace_oid(internal_schema, true))
        refuse_while_following(object);
}

} // namespace

void install_drop_guard()
{
    next_object_access = object_access_hook;
    object_access_hook = object_access;
}

} // namespace pg_follower
