// CREATE INDEX, from the catalog.
//
// The indexes that it makes for the partitions of a partitioned table come by themselves, with the names that the
// server chooses for them. But where a partition has an index that is not valid, and so is not there downstream, the
// server may have attached that one, or chosen another name because of it: then each index is written by itself.
// CONCURRENTLY says how the index is made and changes nothing of the result, so it is not written. But the statement is
// marked, and the downstream may leave such an index to somebody else.
#include "deparse/table/index.hpp"
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/tablespaces.hpp"
#include "deparse/text/definition.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/partition.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

bool is_valid_index(Oid index)
{
    SyscacheRow<FormData_pg_index> row(INDEXRELID, ObjectIdGetDatum(index));
    return row && row->indisvalid;
}

bool is_invalid_index(const ObjectAddress &address)
{
    return address.classId == RelationRelationId && get_rel_relkind(address.objectId) == RELKIND_INDEX &&
           !is_valid_index(address.objectId);
}

void write_index_attachment(Script &script, Oid index)
{
    script.statement()
        .text("ALTER INDEX ")
        .relation_name(get_partition_parent(index, false))
        .text(" ATTACH PARTITION ")
        .relation_name(index);
}

void write_partition_index_tablespaces(Script &script, Oid partition)
{
    RelationScope table(partition);
    for (Oid index : each_oid(RelationGetIndexList(table))) {
        Oid tablespace = get_rel_tablespace(index);
        if (get_rel_relispartition(index) && tablespace != get_rel_tablespace(get_partition_parent(index, false)))
            write_tablespace(script, "ALTER INDEX ", index, tablespace);
    }
}

namespace {

// Whether a table of the partition tree has an index that does not exist downstream.
bool tree_lacks_indexes(Oid parent)
{
    for (Oid member : each_oid(find_all_inheritors(parent, NoLock, nullptr))) {
        if (get_rel_relkind(member) != RELKIND_RELATION)
            continue;
        RelationScope table(member);
        for (Oid index : each_oid(RelationGetIndexList(table)))
            if (!is_valid_index(index))
                return true;
    }
    return false;
}

// Writes the indexes of the partitions one by one, and attaches each. Those that were there before stay.
void write_index_partitions(Script &script, Oid parent)
{
    for (Oid index : each_oid(find_inheritance_children(parent, NoLock))) {
        bool partitioned = get_rel_relkind(index) == RELKIND_PARTITIONED_INDEX;
        // The command that makes the index valid writes it.
        if (!partitioned && !is_valid_index(index))
            continue;
        write_index(script, index, true, false);
        if (partitioned)
            write_index_partitions(script, index);
        write_index_attachment(script, index);
    }
}

} // namespace

void write_index(Script &script, Oid relid, bool if_not_exists, bool recursed, bool concurrently)
{
    RelationScope index(relid);
    bool partitioned = index->rd_rel->relkind == RELKIND_PARTITIONED_INDEX;
    bool one_by_one = partitioned && recursed && tree_lacks_indexes(index->rd_index->indrelid);
    if (one_by_one)
        recursed = false;

    // Without the tablespace, which may exist only here. The server writes ONLY for every partitioned index, as a dump
    // wants it. Where the command recursed to the partitions, so must ours.
    const char *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_indexdef, ObjectIdGetDatum(relid)));
    const char *create = index->rd_index->indisunique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
    SqlWriter name, table;
    name.name(RelationGetRelationName(index)).text(" ON ");
    table.relation_name(index->rd_index->indrelid).text(" USING ");
    const char *only = partitioned ? "ONLY " : "";
    definition = behind_beginning(behind_beginning(behind_beginning(definition, create), name.c_str()), only);
    auto write = [&](SqlWriter &out, const char *how) {
        out.text(create)
            .text(how)
            .text(if_not_exists ? "IF NOT EXISTS " : "")
            .text(name.c_str())
            .text(recursed ? "" : only)
            .text(table.c_str())
            .text(behind_beginning(definition, table.c_str()));
    };
    write(script.statement(), "");
    if (concurrently) {
        SqlWriter concurrent;
        write(concurrent, "CONCURRENTLY ");
        script.last().concurrent_sql = concurrent.c_str();
    }

    write_index_tablespaces(script, relid, recursed);
    if (one_by_one)
        write_index_partitions(script, relid);
}

void deparse_create_index(Script &script, const Command &command)
{
    // The index of a constraint is part of its table's definition, or of the ALTER TABLE that adds it.
    auto statement = castNode(IndexStmt, command.parse_tree);
    if (!OidIsValid(get_index_constraint(command.address.objectId)))
        write_index(script, command.address.objectId, false, statement->relation->inh, statement->concurrent);
    if (statement->concurrent)
        script.make_concurrent();
    // LIKE ... INCLUDING COMMENTS makes the comment without a command.
    write_object_comment(script, command.address, statement->idxcomment);
}

} // namespace pg_follower::deparse
