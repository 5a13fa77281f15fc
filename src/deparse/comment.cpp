// COMMENT and SECURITY LABEL, of every kind of object: the text from the statement, the name from the catalog.
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

void refuse_large_object(const ObjectAddress &address)
{
    if (address.classId == LargeObjectRelationId || address.classId == LargeObjectMetadataRelationId)
        cannot_follow("large objects are not decoded");
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
    refuse_large_object(command.address);
    SqlWriter &out = script.statement();
    out.text("COMMENT ON ");
    write_object(out, command.address);
    write_text_or_null(out, castNode(CommentStmt, command.parse_tree)->comment);
}

// The label's provider may be loaded upstream only.
void deparse_security_label(Script &script, const Command &command)
{
    refuse_large_object(command.address);
    auto *statement = castNode(SecLabelStmt, command.parse_tree);
    SqlWriter &out = script.statement(RunAs::caller, Needed::if_possible);
    out.text("SECURITY LABEL ");
    if (statement->provider)
        out.text("FOR ").name(statement->provider).text(' ');
    out.text("ON ");
    write_object(out, command.address);
    write_text_or_null(out, statement->label);
}

} // namespace pg_follower
