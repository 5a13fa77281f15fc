// Reads rows that the current transaction has taken from the catalogs. See dead_rows.hpp.
#include "deparse/dead_rows.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_follower::deparse {

bool died_now(HeapTuple tuple)
{
    return !(tuple->t_data->t_infomask & HEAP_XMAX_INVALID) &&
           TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(tuple->t_data));
}

namespace {

// When the object's own row died: the command id of its last death in the current transaction.
CommandId death_of(const ObjectAddress &object)
{
    if (!is_objectclass_supported(object.classId))
        return FirstCommandId;
    Relation catalog = table_open(object.classId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, get_object_attnum_oid(object.classId), BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(object.objectId));
    SysScanDesc scan = systable_beginscan(catalog, get_object_oid_index(object.classId), true, SnapshotAny, 1, &key);
    CommandId latest = FirstCommandId;
    while (HeapTuple tuple = systable_getnext(scan))
        if (died_now(tuple))
            latest = Max(latest, HeapTupleHeaderGetCmax(tuple->t_data));
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return latest;
}

} // namespace

List *dead_dependencies(const ObjectAddress &object)
{
    // Earlier commands of the transaction may have taken others from it.
    CommandId death = death_of(object);
    Relation catalog = table_open(DependRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object.classId));
    ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object.objectId));
    SysScanDesc scan = systable_beginscan(catalog, DependDependerIndexId, true, SnapshotAny, 2, keys);
    List *result = NIL;
    while (HeapTuple tuple = systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        if (!died_now(tuple) || form->objsubid != object.objectSubId || HeapTupleHeaderGetCmax(tuple->t_data) < death)
            continue;
        auto *dependency = static_cast<DeadDependency *>(palloc(sizeof(DeadDependency)));
        ObjectAddressSubSet(dependency->referenced, form->refclassid, form->refobjid, form->refobjsubid);
        dependency->kind = form->deptype;
        result = lappend(result, dependency);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return result;
}

bool was_pending_partition(Oid relid)
{
    for (const auto &row : CatalogScan<FormData_pg_inherits>(InheritsRelationId, InheritsRelidSeqnoIndexId,
                                                             {{Anum_pg_inherits_inhrelid, relid}}, SnapshotAny))
        if (died_now(row.tuple()) && row->inhdetachpending)
            return true;
    return false;
}

} // namespace pg_follower::deparse
