// COMMENT, of every kind of object: the text from the statement, the name from the catalog.
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"

extern "C" {
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
}

namespace pg_follower::deparse {
void deparse_comment(Script &script, const Command &command)
{
    // It comes with the large object, which is read from time to time.
    if (command.address.classId == LargeObjectRelationId || command.address.classId == LargeObjectMetadataRelationId)
        return;
    SqlWriter &out = script.statement();
    out.text("COMMENT ON ");
    write_object(out, command.address);
    out.text(" IS ").literal_or_null(castNode(CommentStmt, command.parse_tree)->comment);
}

} // namespace pg_follower::deparse
