// Reads what dropped columns and constraints were, from rows that are dead. See dropped_parts.hpp.
#include "deparse/drop/dropped_parts.hpp"
#include "deparse/dead_rows.hpp"
#include "deparse/dropped_objects.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {

namespace {

DeadPart read_dead_constraint(Oid constraint)
{
    DeadRows<FormData_pg_constraint> rows(ConstraintRelationId, ConstraintOidIndexId,
                                          {{Anum_pg_constraint_oid, constraint}});
    auto row = rows.newest();
    return row ? DeadPart{false, row->coninhcount > 0, row->conislocal} : DeadPart();
}

DeadPart read_dead_column(Oid relid, const char *name)
{
    DeadRows<FormData_pg_attribute> rows(AttributeRelationId, AttributeRelidNameIndexId,
                                         {{Anum_pg_attribute_attrelid, relid}, {Anum_pg_attribute_attname, name}});
    auto row = rows.newest();
    return row ? DeadPart{row->attgenerated != '\0', row->attinhcount > 0, row->attislocal} : DeadPart();
}

} // namespace

DeadPart read_dead_part(const DroppedObject &part, const DroppedObject *relation)
{
    switch (part.address.classId) {
    case ConstraintRelationId:
        return read_dead_constraint(part.address.objectId);
    case AttrDefaultRelationId:
        // A generated column is in the list as a column where its table stays, so this is a plain default.
        return relation ? read_dead_column(relation->address.objectId, part.address_names[2]) : DeadPart();
    default:
        return read_dead_column(part.address.objectId, part.address_names[2]);
    }
}

Oid type_of_table(Oid relid)
{
    if (SyscacheRow<FormData_pg_class> row(RELOID, ObjectIdGetDatum(relid)); row)
        return row->reloftype;
    DeadRows<FormData_pg_class> rows(RelationRelationId, ClassOidIndexId, {{Anum_pg_class_oid, relid}});
    auto row = rows.newest();
    return row ? row->reloftype : InvalidOid;
}

bool stays_in_children(const DroppedObject &column)
{
    Oid relid = column.address.objectId;
    // The command may have dropped the table, too.
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
    for (const auto &row : CatalogScan<FormData_pg_inherits>(InheritsRelationId, InheritsRelidSeqnoIndexId,
                                                             {{Anum_pg_inherits_inhrelid, relid}}))
        depth = Max(depth, 1 + inheritance_depth(row->inhparent));
    return depth;
}

} // namespace

int compare_depths(const ListCell *left, const ListCell *right)
{
    return inheritance_depth(table_of_part(*static_cast<DroppedObject *>(lfirst(left)))) -
           inheritance_depth(table_of_part(*static_cast<DroppedObject *>(lfirst(right))));
}

} // namespace pg_follower::deparse
