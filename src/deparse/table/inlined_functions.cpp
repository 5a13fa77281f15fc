// The expressions of indexes, partition keys and generated columns must be immutable. The server looks at this after it
// has inlined functions in SQL, so a function that is declared STABLE or VOLATILE may be used, if its body is
// immutable.
//
// Downstream such a function is called, so that it finds what it names without a schema
// (apply/execute/function_path.cpp), and is not inlined. What the upstream has seen to be immutable is declared so
// there, for as long as the statements run.
#include "deparse/table/inlined_functions.hpp"
#include "deparse/object_name.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_index.h"
#include "catalog/pg_language.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

using FunctionRow = SyscacheRow<FormData_pg_proc>;

// Functions of the server itself name everything with its schema, so they are inlined downstream, too, and nobody's
// function is altered for them.
bool is_declared_mutable(Oid function)
{
    if (function < FirstNormalObjectId)
        return false;
    FunctionRow row(PROCOID, ObjectIdGetDatum(function));
    return row && row->prolang == SQLlanguageId && row->provolatile != PROVOLATILE_IMMUTABLE;
}

bool collect(Oid function, void *functions)
{
    if (is_declared_mutable(function)) {
        auto list = static_cast<List **>(functions);
        *list = list_append_unique_oid(*list, function);
    }
    return false;
}

bool collect_from(Node *node, void *functions)
{
    if (!node)
        return false;
    (void)check_functions_in_node(node, collect, functions);
    return expression_tree_walker(node, PGF_WALKER(collect_from), functions);
}

void collect_from_text(const char *expression, List **functions)
{
    if (expression)
        (void)collect_from(static_cast<Node *>(stringToNode(expression)), functions);
}

void collect_from_index(Oid index, List **functions)
{
    SyscacheRow<FormData_pg_index> row(INDEXRELID, index, "index");
    collect_from_text(row.string(Anum_pg_index_indexprs), functions);
    collect_from_text(row.string(Anum_pg_index_indpred), functions);
}

void collect_from_table(Oid table, List **functions)
{
    RelationScope relation(table);
    if (SyscacheRow<FormData_pg_partitioned_table> row(PARTRELID, ObjectIdGetDatum(table)); row)
        collect_from_text(row.string(Anum_pg_partitioned_table_partexprs), functions);
    const TupleConstr *constraints = RelationGetDescr(relation)->constr;
    for (int i = 0; constraints && constraints->has_generated_stored && i < constraints->num_defval; ++i)
        if (TupleDescAttr(RelationGetDescr(relation), constraints->defval[i].adnum - 1)->attgenerated)
            collect_from_text(constraints->defval[i].adbin, functions);
    for (Oid index : each_oid(RelationGetIndexList(relation)))
        collect_from_index(index, functions);
}

void write_volatility(SqlWriter &out, Oid function, const char *volatility)
{
    out.text("ALTER FUNCTION ").function_name(function);
    write_signature(out, function);
    out.text(' ').text(volatility);
}

} // namespace

void allow_inlined_functions(Script &script, Oid relation)
{
    if (script.is_empty())
        return;
    List *functions = NIL;
    char kind = get_rel_relkind(relation);
    if (kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX)
        collect_from_index(relation, &functions);
    else if (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_MATVIEW)
        collect_from_table(relation, &functions);
    Script before;
    for (Oid function : each_oid(functions)) {
        write_volatility(before.statement(RunAs::applier), function, "IMMUTABLE");
        write_volatility(script.statement(RunAs::applier), function,
                         func_volatile(function) == PROVOLATILE_STABLE ? "STABLE" : "VOLATILE");
    }
    script.put_first(before);
}

} // namespace pg_follower::deparse
