// Moves relations to their tablespaces. See tablespaces.hpp.
#include "deparse/table/tablespaces.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_inherits.h"
#include "commands/tablespace.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

void write_constraint_tablespace(Script &script, Oid constraint)
{
    Oid index = get_constraint_index(constraint);
    if (OidIsValid(index))
        write_index_tablespaces(script, index, true);
}

void write_index_tablespaces(Script &script, Oid parent, bool recursed)
{
    List *tree = recursed ? find_all_inheritors(parent, NoLock, nullptr) : list_make1_oid(parent);
    for (Oid index : each_oid(tree))
        if (Oid tablespace = get_rel_tablespace(index); OidIsValid(tablespace))
            write_tablespace(script, "ALTER INDEX ", index, tablespace);
}

void write_tablespace(Script &script, const char *alter, Oid relid, Oid tablespace)
{
    script.statement(RunAs::caller, Needed::if_possible)
        .text(alter)
        .relation_name(relid)
        .text(" SET TABLESPACE ")
        .name(get_tablespace_name(OidIsValid(tablespace) ? tablespace : MyDatabaseTableSpace));
}

} // namespace pg_follower::deparse
