// CREATE INDEX, from the catalog.
//
// The indexes that it makes for the partitions of a partitioned table come by themselves, with the names that the
// server chooses for them; CONCURRENTLY says how to do it, not what comes of it.
#include "object_name.hpp"
#include "objects.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/tablespace.h"
#include "utils/fmgrprotos.h"
}

namespace pg_follower {

namespace {

void write_index(Script &script, const Command &command)
{
    RelationScope index(command.address.objectId);
    Oid relid = RelationGetRelid(index);
    bool partitioned = index->rd_rel->relkind == RELKIND_PARTITIONED_INDEX;

    // Without the tablespace, which may exist only here. The server writes ONLY for every partitioned index, as a dump
    // wants it. Where the command recursed to the partitions, so must ours.
    const char *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_indexdef, ObjectIdGetDatum(relid)));
    SqlWriter beginning;
    beginning.text(index->rd_index->indisunique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    beginning.name(RelationGetRelationName(index)).text(" ON ");
    SqlWriter rest;
    rest.text(partitioned ? "ONLY " : "").relation_name(index->rd_index->indrelid).text(" USING ");
    if (strncmp(definition, beginning.c_str(), beginning.length()) != 0 ||
        strncmp(definition + beginning.length(), rest.c_str(), rest.length()) != 0)
        elog(ERROR, "definition of index %u does not start with \"%s%s\"", relid, beginning.c_str(), rest.c_str());
    bool recursed = partitioned && castNode(IndexStmt, command.parse_tree)->relation->inh;
    script.statement()
        .text(beginning.c_str())
        .text(definition + beginning.length() + (recursed ? strlen("ONLY ") : 0));

    if (Oid tablespace = index->rd_rel->reltablespace; OidIsValid(tablespace))
        script.statement(RunAs::caller, Needed::if_possible)
            .text("ALTER INDEX ")
            .relation_name(relid)
            .text(" SET TABLESPACE ")
            .name(get_tablespace_name(tablespace));
}

} // namespace

void deparse_create_index(Script &script, const Command &command)
{
    // The index of a constraint is part of its table's definition, or of the ALTER TABLE that adds it.
    if (!OidIsValid(get_index_constraint(command.address.objectId)))
        write_index(script, command);
    // LIKE ... INCLUDING COMMENTS makes the comment without a command.
    write_object_comment(script, command.address, castNode(IndexStmt, command.parse_tree)->idxcomment);
}

} // namespace pg_follower
