// ALTER TABLE ... ENABLE and DISABLE TRIGGER of one of a constraint's own triggers, as superusers may.
//
// The name of such a trigger holds its OID, so the downstream finds its own by constraint and function, which together
// tell the triggers of a table apart.
#include "deparse/table/alter_table_trigger.hpp"
#include "deparse/table/alter_table_statement.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "utils/fmgroids.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
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
    ConstraintTrigger found;
    Relation catalog = table_open(TriggerRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    ScanKeyInit(&keys[1], Anum_pg_trigger_tgname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(name));
    SysScanDesc scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, nullptr, 2, keys);
    if (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple)) {
        auto form = reinterpret_cast<Form_pg_trigger>(GETSTRUCT(tuple));
        if (form->tgisinternal && OidIsValid(form->tgconstraint))
            found = {form->tgconstraint, form->tgfoid};
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return found;
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
    HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(found.constraint));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for constraint %u", found.constraint);
    auto form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));

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
    write_regclass(block, form->conrelid).text(" AND c.conname OPERATOR(pg_catalog.=) ");
    block.literal(NameStr(form->conname))
        .text(" AND t.tgfoid OPERATOR(pg_catalog.=) ")
        .literal(format_procedure_qualified(found.function))
        .text("::pg_catalog.regprocedure; EXECUTE ")
        .literal(change.c_str())
        .text(" OPERATOR(pg_catalog.||) pg_catalog.quote_ident(own); END");
    alter.script().statement().text("DO ").literal(block.c_str());
    ReleaseSysCache(tuple);
    return true;
}

} // namespace pg_follower::deparse
