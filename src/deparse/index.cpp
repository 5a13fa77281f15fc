// CREATE INDEX, from the catalog.
//
// The indexes that it makes for the partitions of a partitioned table come by themselves, with the names that the
// server chooses for them; CONCURRENTLY says how to do it, not what comes of it.
#include "index.hpp"
#include "object_name.hpp"
#include "objects.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/tablespace.h"
#include "utils/fmgrprotos.h"
#include "utils/syscache.h"
}

namespace pg_follower {

bool is_valid_index(Oid index)
{
    HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple))
        return false;
    bool valid = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple))->indisvalid;
    ReleaseSysCache(tuple);
    return valid;
}

void write_index(Script &script, Oid relid, bool if_not_exists, bool recursed)
{
    RelationScope index(relid);
    bool partitioned = index->rd_rel->relkind == RELKIND_PARTITIONED_INDEX;

    // Without the tablespace, which may exist only here. The server writes ONLY for every partitioned index, as a dump
    // wants it. Where the command recursed to the partitions, so must ours.
    const char *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_indexdef, ObjectIdGetDatum(relid)));
    const char *create = index->rd_index->indisunique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
    SqlWriter beginning, rest;
    beginning.text(create).name(RelationGetRelationName(index)).text(" ON ");
    rest.text(partitioned ? "ONLY " : "").relation_name(index->rd_index->indrelid).text(" USING ");
    if (strncmp(definition, beginning.c_str(), beginning.length()) != 0 ||
        strncmp(definition + beginning.length(), rest.c_str(), rest.length()) != 0)
        elog(ERROR, "definition of index %u does not start with \"%s%s\"", relid, beginning.c_str(), rest.c_str());
    script.statement()
        .text(create)
        .text(if_not_exists ? "IF NOT EXISTS " : "")
        .name(RelationGetRelationName(index))
        .text(" ON ")
        .text(definition + beginning.length() + (partitioned && recursed ? strlen("ONLY ") : 0));

    if (Oid tablespace = index->rd_rel->reltablespace; OidIsValid(tablespace))
        script.statement(RunAs::caller, Needed::if_possible)
            .text("ALTER INDEX ")
            .relation_name(relid)
            .text(" SET TABLESPACE ")
            .name(get_tablespace_name(tablespace));
}

void deparse_create_index(Script &script, const Command &command)
{
    // The index of a constraint is part of its table's definition, or of the ALTER TABLE that adds it.
    if (!OidIsValid(get_index_constraint(command.address.objectId)))
        write_index(script, command.address.objectId, false,
                    castNode(IndexStmt, command.parse_tree)->relation->inh);
    // LIKE ... INCLUDING COMMENTS makes the comment without a command.
    write_object_comment(script, command.address, castNode(IndexStmt, command.parse_tree)->idxcomment);
}

} // namespace pg_follower
