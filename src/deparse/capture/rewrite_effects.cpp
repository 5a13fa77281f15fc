// A rewrite checks only the constraints that its command adds, and fires no trigger and no rule. Downstream its rows
// are inserted. That would check constraints that are NOT VALID, or whose function has changed since, and would fire
// the triggers and rules that are enabled for replicas.
//
// So the table's row of pg_class says meanwhile that there are none: relchecks, relhastriggers and relhasrules are what
// the relation cache goes by (RelationBuildDesc in relcache.c). Nobody else sees this, because the table is locked, and
// all is in one transaction.
#include "deparse/capture/rewrite_effects.hpp"
#include "pg_follower/replica_effects.hpp"
#include "pg_follower/scope.hpp"

namespace pg_follower::deparse {
namespace {

// WHERE the row is the table's.
void write_condition(SqlWriter &out, Oid relid)
{
    out.text(" WHERE ").equals("c.oid").regclass(relid);
}

} // namespace

bool has_effects(Oid relid)
{
    RelationScope table(relid);
    return table->rd_rel->relchecks > 0 || has_replica_effects(table);
}

void suspend_effects(Script &script, Oid relid)
{
    SqlWriter &out = script.statement(RunAs::applier);
    out.text("UPDATE pg_catalog.pg_class c SET relchecks = 0, relhastriggers = false, relhasrules = false");
    write_condition(out, relid);
}

void restore_effects(Script &script, Oid relid)
{
    SqlWriter &out = script.statement(RunAs::applier);
    out.text("UPDATE pg_catalog.pg_class c SET relchecks = (SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint"
             " WHERE conrelid OPERATOR(pg_catalog.=) c.oid AND contype OPERATOR(pg_catalog.=) 'c'),"
             " relhastriggers = EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid OPERATOR(pg_catalog.=) c.oid),"
             " relhasrules = EXISTS (SELECT FROM pg_catalog.pg_rewrite WHERE ev_class OPERATOR(pg_catalog.=) c.oid)");
    write_condition(out, relid);
}

} // namespace pg_follower::deparse
