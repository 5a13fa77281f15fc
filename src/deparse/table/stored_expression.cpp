// Writes expressions that the catalogs hold as node strings. See stored_expression.hpp.
#include "deparse/table/stored_expression.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_follower::deparse {

namespace {

// Whether columns' names are needed to write the expression. It costs much to provide them where there are hundreds.
bool may_name_columns(Node *expression)
{
    return !IsA(expression, PartitionBoundSpec) && (contain_var_clause(expression) || checkExprHasSubLink(expression));
}

} // namespace

void write_stored_expression(SqlWriter &out, Oid relid, const char *node_string)
{
    auto *expression = static_cast<Node *>(stringToNode(node_string));
    List *context = may_name_columns(expression) ? deparse_context_for(get_rel_name(relid), relid) : NIL;
    out.text(deparse_expression(expression, context, false, false));
}

void write_partition_bound(SqlWriter &out, Oid partition)
{
    SyscacheRow<FormData_pg_class> row(RELOID, partition, "relation");
    const char *bound = row.string(Anum_pg_class_relpartbound);
    if (!bound)
        elog(ERROR, "relation %u has no partition bound", partition);
    out.text(' ');
    write_stored_expression(out, partition, bound);
}

} // namespace pg_follower::deparse
