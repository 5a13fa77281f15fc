// Watches what is dropped, and notices tables of the extension and databases. See drop_guard.hpp.
#include "pg_follower/drop_guard.hpp"

#include "pg_follower/names.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "utils/lsyscache.h"
}

namespace pg_follower {
namespace {

struct Guard {
    const char *table;
    void (*refuse)(Oid table);
};

Guard guards[2];
int guard_count = 0;
void (*refuse_database)(Oid database) = nullptr;
bool installed = false;
object_access_hook_type next_object_access;

void object_access(ObjectAccessType access, Oid catalog, Oid object, int column, void *argument)
{
    if (next_object_access)
        next_object_access(access, catalog, object, column, argument);
    if (access == OAT_DROP && catalog == DatabaseRelationId && refuse_database)
        refuse_database(object);
    if (access != OAT_DROP || catalog != RelationRelationId || column != 0)
        return;
    const char *name = get_rel_name(object);
    for (int i = 0; name && i < guard_count; ++i)
        if (strcmp(name, guards[i].table) == 0 && get_rel_namespace(object) == get_namespace_oid(internal_schema, true))
            guards[i].refuse(object);
}

void install()
{
    if (installed)
        return;
    installed = true;
    next_object_access = object_access_hook;
    object_access_hook = object_access;
}

} // namespace

void guard_table(const char *name, void (*refuse)(Oid table))
{
    install();
    Assert(guard_count < static_cast<int>(lengthof(guards)));
    guards[guard_count++] = {name, refuse};
}

void guard_databases(void (*refuse)(Oid database))
{
    install();
    refuse_database = refuse;
}

} // namespace pg_follower
