// follower.unchanged(): whether a table is still what a snapshot shows, for those who copy it under that snapshot.
//
// The server reads the rows of a table under the snapshot, but the table's definition as it is now, and two kinds of
// commands change even what the snapshot shows: those that give the table new storage (an ALTER TABLE that rewrites,
// TRUNCATE), and those that change how values are written (the labels of an enum, the attributes of a composite type,
// the name of an object that a value of type regclass means). So all of that is compared: as it is under the active
// snapshot, and now.
#include "pg_follower/catalog.hpp"
#include "pg_follower/referenced_catalog.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/indexing.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(pg_follower_unchanged);
}

namespace pg_follower::decode {
namespace {

bool are_values_unchanged(Oid type);

// Calls compare(then, now) for the rows of a catalog that meet the condition under the active snapshot, and those that
// do now, in the order of the index. Returns false where there are more of one kind, or compare() does.
template <typename Form, typename Compare> bool is_same(Oid catalog, Oid index, CatalogKey condition, Compare compare)
{
    CatalogScan<Form> scan_then(catalog, index, {condition}, GetActiveSnapshot());
    CatalogScan<Form> scan_now(catalog, index, {condition});
    auto then = scan_then.begin();
    auto now = scan_now.begin();
    for (; then != scan_then.end() && now != scan_now.end(); ++then, ++now)
        if (!compare(**then, **now))
            return false;
    return !(then != scan_then.end()) && !(now != scan_now.end());
}

bool same_name(const NameData &a, const NameData &b)
{
    return namestrcmp(const_cast<NameData *>(&a), NameStr(b)) == 0;
}

// Columns of a table, or attributes of a composite type.
bool are_columns_unchanged(Oid relid)
{
    return is_same<FormData_pg_attribute>(
        AttributeRelationId, AttributeRelidNumIndexId, {Anum_pg_attribute_attrelid, relid},
        [](const FormData_pg_attribute &then, const FormData_pg_attribute &now) {
            return then.attnum == now.attnum && then.attisdropped == now.attisdropped &&
                   (now.attisdropped || (same_name(then.attname, now.attname) && then.atttypid == now.atttypid &&
                                         then.atttypmod == now.atttypmod && then.attgenerated == now.attgenerated &&
                                         (now.attnum < 0 || are_values_unchanged(now.atttypid))));
        });
}

// A label that is new stands in no row that the snapshot shows. One that has its name again may have had another one
// while rows were read, so it is the catalog's row that has to be the same. (The snapshot keeps that from being
// removed, so no other row is in its place.)
bool are_labels_unchanged(Oid type)
{
    for (const auto &then : CatalogScan<FormData_pg_enum>(EnumRelationId, EnumTypIdLabelIndexId,
                                                          {{Anum_pg_enum_enumtypid, type}}, GetActiveSnapshot())) {
        SyscacheRow<FormData_pg_enum> now(ENUMOID, ObjectIdGetDatum(then->oid));
        if (!now || !ItemPointerEquals(&then.tuple()->t_self, &now.tuple()->t_self))
            return false;
    }
    return true;
}

// Whether all objects of a catalog that the snapshot shows have the names that they had, as far as all sessions see
// them.
bool are_names_unchanged(Oid catalog)
{
    AttrNumber name = get_object_attnum_name(catalog);
    AttrNumber schema = get_object_attnum_namespace(catalog);
    for (const auto &then : CatalogScan<AnyForm>(catalog, InvalidOid, {}, GetActiveSnapshot())) {
        bool is_null;
        if (schema != InvalidAttrNumber && isAnyTempNamespace(DatumGetObjectId(then.datum(schema, is_null))))
            continue;
        Oid object = DatumGetObjectId(then.datum(get_object_attnum_oid(catalog), is_null));
        CatalogRow<AnyForm> now(catalog, object, true);
        if (!now || !same_name(*DatumGetName(then.datum(name, is_null)), *DatumGetName(now.datum(name, is_null))))
            return false;
        if (schema != InvalidAttrNumber && then.datum(schema, is_null) != now.datum(schema, is_null))
            return false;
    }
    return true;
}

// Whether the values of a type are written as they were.
bool are_values_unchanged(Oid type)
{
    if (Oid element = get_element_type(type); OidIsValid(element))
        return are_values_unchanged(element);
    if (type == REGROLEOID)
        return are_names_unchanged(AuthIdRelationId);
    if (Oid catalog = referenced_catalog(type); OidIsValid(catalog))
        return are_names_unchanged(catalog) && are_names_unchanged(NamespaceRelationId);
    switch (get_typtype(type)) {
    case TYPTYPE_DOMAIN:
        return are_values_unchanged(getBaseType(type));
    case TYPTYPE_ENUM:
        return are_labels_unchanged(type);
    case TYPTYPE_COMPOSITE:
        return are_columns_unchanged(get_typ_typrelid(type));
    case TYPTYPE_RANGE:
        return are_values_unchanged(get_range_subtype(type));
    case TYPTYPE_MULTIRANGE:
        return are_values_unchanged(get_multirange_range(type));
    default:
        return true;
    }
}

bool is_schema_unchanged(Oid schema)
{
    return is_same<FormData_pg_namespace>(NamespaceRelationId, NamespaceOidIndexId, {Anum_pg_namespace_oid, schema},
                                          [](const FormData_pg_namespace &then, const FormData_pg_namespace &now) {
                                              return same_name(then.nspname, now.nspname);
                                          });
}

bool is_table_unchanged(Oid relid)
{
    bool is_there = false;
    bool is_same_table = is_same<FormData_pg_class>(
        RelationRelationId, ClassOidIndexId, {Anum_pg_class_oid, relid},
        [&](const FormData_pg_class &then, const FormData_pg_class &now) {
            is_there = true;
            return same_name(then.relname, now.relname) && then.relnamespace == now.relnamespace &&
                   then.relkind == now.relkind && then.relpersistence == now.relpersistence &&
                   then.relfilenode == now.relfilenode && then.relispopulated == now.relispopulated &&
                   is_schema_unchanged(now.relnamespace);
        });
    return is_there && is_same_table && are_columns_unchanged(relid);
}

} // namespace
} // namespace pg_follower::decode

// unchanged(relid oid) → boolean. It tells nothing that the catalogs do not show to everybody.
Datum pg_follower_unchanged(PG_FUNCTION_ARGS)
{
    PG_RETURN_BOOL(pg_follower::decode::is_table_unchanged(PG_GETARG_OID(0)));
}
