// ALTER TABLE ... ENABLE and DISABLE TRIGGER of one of a constraint's own triggers, as superusers may.
//
// The name of such a trigger holds its OID, so the downstream finds its own by constraint and function, which together
// tell the triggers of a table apart.
#include "deparse/table/alter_table_trigger.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "utils/regproc.h"
}

namespace pg_follower::deparse {
namespace {

// The constraint and the function of a table's internal trigger; no OIDs for other triggers.
struct ConstraintTrigger {
    Oid constraint = InvalidOid;
    Oid function = InvalidOid;
};

ConstraintTrigger find_constraint_trigger(Oid relid, const char *name)
{
    for (const auto &trigger :
         CatalogScan<FormData_pg_trigger>(TriggerRelationId, TriggerRelidNameIndexId,
                                          {{Anum_pg_trigger_tgrelid, relid}, {Anum_pg_trigger_tgname, name}}))
        if (trigger->tgisinternal && OidIsValid(trigger->tgconstraint))
            return {trigger->tgconstraint, trigger->tgfoid};
    return {};
}

// table::regclass, as a literal.
SqlWriter &write_regclass(SqlWriter &out, Oid relid)
{
    SqlWriter name;
    name.relation_name(relid);
    return out.literal(name.c_str()).text("::pg_catalog.regclass");
}

} // namespace

bool write_constraint_trigger(AlterTable &alter, const char *keywords, const char *trigger)
{
    ConstraintTrigger found = find_constraint_trigger(alter.relid(), trigger);
    if (!OidIsValid(found.constraint))
        return false;
    SyscacheRow<FormData_pg_constraint> constraint(CONSTROID, found.constraint, "constraint");
    SqlWriter change, block;
    change.text("ALTER TABLE ")
        .text(alter.statement() && !alter.statement()->relation->inh ? "ONLY " : "")
        .relation_name(alter.relid())
        .text(' ')
        .text(keywords)
        .text(' ');
    block.text("DECLARE own text; BEGIN SELECT t.tgname INTO STRICT own FROM pg_catalog.pg_trigger t "
               "JOIN pg_catalog.pg_constraint c ON c.oid OPERATOR(pg_catalog.=) t.tgconstraint "
               "WHERE t.tgrelid OPERATOR(pg_catalog.=) ");
    write_regclass(block, alter.relid()).text(" AND c.conrelid OPERATOR(pg_catalog.=) ");
    write_regclass(block, constraint->conrelid).text(" AND c.conname OPERATOR(pg_catalog.=) ");
    block.literal(NameStr(constraint->conname))
        .text(" AND t.tgfoid OPERATOR(pg_catalog.=) ")
        .literal(format_procedure_qualified(found.function))
        .text("::pg_catalog.regprocedure; EXECUTE ")
        .literal(change.c_str())
        .text(" OPERATOR(pg_catalog.||) pg_catalog.quote_ident(own); END");
    alter.script().statement().text("DO ").literal(block.c_str());
    return true;
}

} // namespace pg_follower::deparse
