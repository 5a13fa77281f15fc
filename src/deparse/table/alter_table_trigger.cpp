// ALTER TABLE ... ENABLE and DISABLE TRIGGER of one of a constraint's own triggers, as superusers may.
//
// The name of such a trigger holds its OID, so it is another one downstream. The downstream finds its own trigger by
// the constraint and the function, which together tell the triggers of a table apart.
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
    block
        .text("DECLARE own text; BEGIN SELECT t.tgname INTO STRICT own FROM pg_catalog.pg_trigger t "
              "JOIN pg_catalog.pg_constraint c ON ")
        .equals("c.oid")
        .text("t.tgconstraint WHERE ");
    block.equals("t.tgrelid").regclass(alter.relid()).text(" AND ");
    block.equals("c.conrelid").regclass(constraint->conrelid).text(" AND ");
    block.equals("c.conname").literal(NameStr(constraint->conname)).text(" AND ");
    block.equals("t.tgfoid")
        .literal(format_procedure_qualified(found.function))
        .text("::pg_catalog.regprocedure; EXECUTE ")
        .literal(change.c_str())
        .text(" OPERATOR(pg_catalog.||) pg_catalog.quote_ident(own); END");
    alter.script().statement().do_block(block.c_str());
    return true;
}

} // namespace pg_follower::deparse
