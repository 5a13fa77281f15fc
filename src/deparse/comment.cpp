// COMMENT, of every kind of object: the text from the statement, the name from the catalog.
#include "object_name.hpp"
#include "objects.hpp"

extern "C" {
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
}

namespace pg_follower {
namespace {

void write_text_or_null(SqlWriter &out, const char *text)
{
    out.text(" IS ");
    if (text)
        out.literal(text);
    else
        out.text("NULL");
}

} // namespace

void write_object_comment(Script &script, const ObjectAddress &address, const char *comment)
{
    if (!comment)
        return;
    SqlWriter &out = script.statement();
    out.text("COMMENT ON ");
    write_object(out, address);
    write_text_or_null(out, comment);
}

void deparse_comment(Script &script, const Command &command)
{
    if (command.address.classId == LargeObjectRelationId || command.address.classId == LargeObjectMetadataRelationId)
        cannot_follow("large objects are not decoded");
    SqlWriter &out = script.statement();
    out.text("COMMENT ON ");
    write_object(out, command.address);
    write_text_or_null(out, castNode(CommentStmt, command.parse_tree)->comment);
}

} // namespace pg_follower
