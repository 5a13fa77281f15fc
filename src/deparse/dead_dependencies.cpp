// Reads the dependencies of dropped objects. See dead_dependencies.hpp.
#include "dead_dependencies.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_follower {

bool died_now(HeapTuple tuple)
{
    return !(tuple->t_data->t_infomask & HEAP_XMAX_INVALID) &&
           TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(tuple->t_data));
}

List *dead_dependencies(const ObjectAddress &object)
{
    Relation catalog = table_open(DependRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object.classId));
    ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object.objectId));
    SysScanDesc scan = systable_beginscan(catalog, DependDependerIndexId, true, SnapshotAny, 2, keys);
    List *result = NIL;
    while (HeapTuple tuple = systable_getnext(scan)) {
        auto form = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
        if (!died_now(tuple) || form->objsubid != object.objectSubId)
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

namespace {

bool depended_on(const ObjectAddress &object, const ObjectAddress &referenced)
{
    for (DeadDependency *dependency : each<DeadDependency>(dead_dependencies(object)))
        if (dependency->kind == DEPENDENCY_NORMAL && dependency->referenced.classId == referenced.classId &&
            dependency->referenced.objectId == referenced.objectId)
            return true;
    return false;
}

} // namespace

bool in_circle(const ObjectAddress &object)
{
    if (object.classId != TypeRelationId && object.classId != ProcedureRelationId)
        return false;
    for (DeadDependency *dependency : each<DeadDependency>(dead_dependencies(object)))
        if (dependency->kind == DEPENDENCY_NORMAL && depended_on(dependency->referenced, object))
            return true;
    return false;
}

} // namespace pg_follower
