// ALTER ... OWNER TO, of the kinds of objects for which it is a statement of its own (for relations it is a
// subcommand of ALTER TABLE).
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"

extern "C" {
#include "catalog/pg_largeobject_metadata.h"
}

namespace pg_follower::deparse {

void deparse_owner(Script &script, const Command &command)
{
    // It comes with the large object, which is read from time to time.
    if (command.address.classId == LargeObjectMetadataRelationId)
        return;
    SqlWriter &out = script.statement();
    out.text("ALTER ");
    write_object(out, command.address);
    // The new owner is read from the catalog, because the statement may say CURRENT_USER.
    out.text(" OWNER TO ").role_name(object_owner(command.address));
}

} // namespace pg_follower::deparse
