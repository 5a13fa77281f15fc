// Reads what dropped columns and constraints were, from rows that are dead. See dropped_parts.hpp.
#include "deparse/drop/dropped_parts.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/dropped_objects.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
}

namespace pg_follower::deparse {

DeadPart read_dead_part(const DroppedObject &part, const DroppedObject *relation)
{
    bool constraint = part.address.classId == ConstraintRelationId;
    ScanKeyData keys[2];
    int key_count = 1;
    if (constraint)
        ScanKeyInit(&keys[0], Anum_pg_constraint_oid, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(part.address.objectId));
    else {
        Oid relid = part.address.objectId;
        if (part.address.classId == AttrDefaultRelationId) {
            // Where the table stays, a generated column goes as a column, so this is a plain default.
            if (!relation)
                return DeadPart();
            relid = relation->address.objectId;
        }
        ScanKeyInit(&keys[0], Anum_pg_attribute_attrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
        ScanKeyInit(&keys[1], Anum_pg_attribute_attname, BTEqualStrategyNumber, F_NAMEEQ,
                    CStringGetDatum(part.address_names[2]));
        key_count = 2;
    }
    Relation catalog = table_open(constraint ? ConstraintRelationId : AttributeRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(catalog, constraint ? ConstraintOidIndexId : AttributeRelidNameIndexId, true,
                                          SnapshotAny, key_count, keys);
    DeadPart result;
    CommandId latest = FirstCommandId;
    while (HeapTuple tuple = systable_getnext(scan)) {
        // As it was at the end, whatever earlier commands of the transaction did to it.
        if (!died_now(tuple) || HeapTupleHeaderGetCmax(tuple->t_data) < latest)
            continue;
        latest = HeapTupleHeaderGetCmax(tuple->t_data);
        if (constraint) {
            auto form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
            result = {false, form->coninhcount > 0, form->conislocal};
        } else {
            auto form = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
            result = {form->attgenerated != '\0', form->attinhcount > 0, form->attislocal};
        }
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return result;
}

Oid type_of_table(Oid relid)
{
    Oid type = InvalidOid;
    if (HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid)); HeapTupleIsValid(tuple)) {
        type = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reloftype;
        ReleaseSysCache(tuple);
        return type;
    }
    Relation catalog = table_open(RelationRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan = systable_beginscan(catalog, ClassOidIndexId, true, SnapshotAny, 1, &key);
    CommandId latest = 0;
    while (HeapTuple tuple = systable_getnext(scan)) {
        if (!died_now(tuple) || HeapTupleHeaderGetCmax(tuple->t_data) < latest)
            continue;
        latest = HeapTupleHeaderGetCmax(tuple->t_data);
        type = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reloftype;
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return type;
}

bool stays_in_children(const DroppedObject &column)
{
    Oid relid = column.address.objectId;
    // Gone, too?
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)) || !has_subclass(relid))
        return false;
    for (Oid child : each_oid(find_inheritance_children(relid, NoLock)))
        if (get_attnum(child, column.address_names[2]) != InvalidAttrNumber)
            return true;
    return false;
}

namespace {

// The number of generations of ancestors that a table has.
int inheritance_depth(Oid relid)
{
    int depth = 0;
    Relation catalog = table_open(InheritsRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
    SysScanDesc scan = systable_beginscan(catalog, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
    while (HeapTuple tuple = systable_getnext(scan))
        depth = Max(depth, 1 + inheritance_depth(reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent));
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return depth;
}

} // namespace

int compare_depths(const ListCell *left, const ListCell *right)
{
    return inheritance_depth(table_of_part(*static_cast<DroppedObject *>(lfirst(left)))) -
           inheritance_depth(table_of_part(*static_cast<DroppedObject *>(lfirst(right))));
}

} // namespace pg_follower::deparse
