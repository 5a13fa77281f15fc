// Reads rows that the current transaction took away from the catalogs. See dead_rows.hpp.
#include "deparse/dead_rows.hpp"
#include "pg_follower/memory.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
}

namespace pg_follower::deparse {

bool died_now(HeapTuple tuple)
{
    uint16 mask = tuple->t_data->t_infomask;
    return !(mask & HEAP_XMAX_INVALID) && !HEAP_XMAX_IS_LOCKED_ONLY(mask) &&
           TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(tuple->t_data));
}

namespace {

// The last command that took away a version of the object's own row.
CommandId death_of(const ObjectAddress &object)
{
    if (!is_objectclass_supported(object.classId))
        return FirstCommandId;
    CommandId death = FirstCommandId;
    for (const auto &row : DeadRows<AnyForm>(object.classId, get_object_oid_index(object.classId),
                                             {{get_object_attnum_oid(object.classId), object.objectId}}))
        death = Max(death, row.death());
    return death;
}

} // namespace

List *dead_dependencies(const ObjectAddress &object)
{
    // Earlier commands of the transaction may have taken others from it.
    CommandId death = death_of(object);
    List *result = NIL;
    for (const auto &row : DeadRows<FormData_pg_depend>(DependRelationId, DependDependerIndexId,
                                                        {{Anum_pg_depend_classid, object.classId},
                                                         {Anum_pg_depend_objid, object.objectId},
                                                         {Anum_pg_depend_objsubid, object.objectSubId}})) {
        if (row.death() < death)
            continue;
        auto *dependency = allocate<DeadDependency>();
        ObjectAddressSubSet(dependency->referenced, row->refclassid, row->refobjid, row->refobjsubid);
        dependency->kind = row->deptype;
        result = lappend(result, dependency);
    }
    return result;
}

bool was_pending_partition(Oid relid)
{
    for (const auto &row : DeadRows<FormData_pg_inherits>(InheritsRelationId, InheritsRelidSeqnoIndexId,
                                                          {{Anum_pg_inherits_inhrelid, relid}}))
        if (row->inhdetachpending)
            return true;
    return false;
}

} // namespace pg_follower::deparse
